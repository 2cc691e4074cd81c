-- BrowserService.renew

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
proven AS (
      SELECT s.id AS session_id, s.stage FROM sessions s JOIN browser b USING (browser_session_id)
      WHERE s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)
      ORDER BY s.signed_in_at DESC, s.id DESC LIMIT 1),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $5, previous_token_hash = b.token_hash,
        rotated_at = $6::timestamptz, expires_at = $7::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
entered AS (SELECT n.session_id::text AS session_id FROM proven n, rotated)
SELECT * FROM entered;

-- Plan, with any values:
-- Nested Loop
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE proven
--     ->  Limit
--           ->  Sort
--                 Sort Key: s.signed_in_at DESC, s.id DESC
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  CTE Scan on browser b_1
--                             ->  Index Scan using sessions_browser on sessions s
--                                   Index Cond: (browser_session_id = b_1.browser_session_id)
--                                   Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (stage = 'signed_in'::text))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--   CTE rotated
--     ->  Update on browser_sessions b_2
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_2
--                             Index Cond: (id = l.browser_session_id)
--                 ->  CTE Scan on proven p
--   ->  CTE Scan on proven n
--   ->  CTE Scan on rotated
