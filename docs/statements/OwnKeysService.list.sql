-- OwnKeysService.list

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
own_keys AS (
    SELECT c.uuid, c.kind, c.credential_id, c.name, c.public_key, c.created_at, c.revoked_at IS NULL AS is_active
    FROM credentials c JOIN session f USING (account_id)
    WHERE c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL ORDER BY c.id),
listed AS (SELECT k.* FROM session s LEFT JOIN own_keys k ON true)
SELECT * FROM listed;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE session
--     ->  Nested Loop
--           ->  Index Scan using sessions_token_hash_key on sessions s_1
--                 Index Cond: (token_hash = $1)
--                 Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--           ->  Index Scan using accounts_pkey on accounts o
--                 Index Cond: (id = s_1.account_id)
--                 Filter: (security_stamp <= s_1.security_stamp)
--   ->  CTE Scan on session s
--   ->  Sort
--         Sort Key: c.id
--         ->  Nested Loop
--               ->  CTE Scan on session f
--               ->  Index Scan using credentials_account on credentials c
--                     Index Cond: (account_id = f.account_id)
--                     Filter: ((revoked_at IS NULL) OR (deactivated_at IS NOT NULL))
