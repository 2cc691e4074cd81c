-- BrowserService.enter

UPDATE browser_sessions SET expires_at = CASE WHEN active_session_id IS NULL THEN $1::timestamptz ELSE $2::timestamptz END
      WHERE id = $3::bigint AND expires_at <= CASE WHEN active_session_id IS NULL THEN $4::timestamptz ELSE $5::timestamptz END RETURNING id;

-- Plan, with any values:
-- Update on browser_sessions
--   ->  Index Scan using browser_sessions_pkey on browser_sessions
--         Index Cond: (id = $3)
--         Filter: (expires_at <= CASE WHEN (active_session_id IS NULL) THEN $4 ELSE $5 END)
