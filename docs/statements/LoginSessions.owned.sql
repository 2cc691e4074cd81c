-- LoginSessions.owned

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp))
SELECT * FROM session;

-- Plan, with any values:
-- Nested Loop
--   ->  Index Scan using sessions_token_hash_key on sessions s
--         Index Cond: (token_hash = $1)
--         Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--   ->  Index Scan using accounts_pkey on accounts o
--         Index Cond: (id = s.account_id)
--         Filter: (security_stamp <= s.security_stamp)
