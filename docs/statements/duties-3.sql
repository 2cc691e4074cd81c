-- duties

DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE ended_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on sessions
--   ->  Hash Semi Join
--         Hash Cond: (sessions.id = "ANY_subquery".id)
--         ->  Seq Scan on sessions
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using sessions_ended on sessions sessions_1
--                                       Index Cond: (ended_at <= $1)
