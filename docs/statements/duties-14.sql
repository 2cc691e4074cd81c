-- duties

DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE end_reason = 'surplus' AND ended_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on sessions
--   ->  Nested Loop
--         ->  HashAggregate
--               Group Key: "ANY_subquery".id
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using sessions_surplus on sessions sessions_1
--                                       Index Cond: (ended_at <= $1)
--                                       Filter: (end_reason = 'surplus'::text)
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = "ANY_subquery".id)
