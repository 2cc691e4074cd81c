-- duties

DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on browser_sessions
--   ->  Hash Semi Join
--         Hash Cond: (browser_sessions.id = "ANY_subquery".id)
--         ->  Seq Scan on browser_sessions
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using browser_sessions_expires_at on browser_sessions browser_sessions_1
--                                       Index Cond: (expires_at <= $1)
