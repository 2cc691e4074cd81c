-- duties

DELETE FROM browser_attempts WHERE id IN (
      SELECT a.id FROM browser_attempts a
      WHERE a.expires_at <= $1::timestamptz AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      LIMIT $2::int FOR UPDATE OF a SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on browser_attempts
--   ->  Hash Semi Join
--         Hash Cond: (browser_attempts.id = "ANY_subquery".id)
--         ->  Seq Scan on browser_attempts
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Merge Anti Join
--                                       Merge Cond: (a.id = s.browser_attempt_id)
--                                       ->  Index Scan using browser_attempts_pkey on browser_attempts a
--                                             Filter: (expires_at <= $1)
--                                       ->  Index Scan using sessions_browser_attempt on sessions s
