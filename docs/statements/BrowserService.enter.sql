-- BrowserService.enter

UPDATE browser_sessions SET expires_at = $1::timestamptz
      WHERE id = $2::bigint AND expires_at <= $3::timestamptz RETURNING id;

-- Plan, with any values:
-- Update on browser_sessions
--   ->  Index Scan using browser_sessions_pkey on browser_sessions
--         Index Cond: (id = $2)
--         Filter: (expires_at <= $3)
