-- duties

DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions b WHERE active_session_id IS NULL AND expires_at <= $1::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id)
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
--                                 ->  Merge Anti Join
--                                       Merge Cond: (b.id = s.browser_session_id)
--                                       ->  Index Scan using browser_sessions_pkey on browser_sessions b
--                                             Filter: ((active_session_id IS NULL) AND (expires_at <= $1))
--                                       ->  Index Scan using sessions_browser on sessions s
