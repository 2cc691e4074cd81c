-- OwnPasskeysService.list

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
own_passkeys AS (SELECT c.id::text AS id, c.name, c.created_at FROM credentials c JOIN session f USING (account_id) WHERE c.kind = 'Fido2' AND c.revoked_at IS NULL ORDER BY c.id)
SELECT * FROM own_passkeys;

-- Plan, with any values:
-- Subquery Scan on own_passkeys
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   ->  Sort
--         Sort Key: c.id
--         ->  Nested Loop
--               ->  CTE Scan on session f
--               ->  Index Scan using credentials_account on credentials c
--                     Index Cond: (account_id = f.account_id)
--                     Filter: ((revoked_at IS NULL) AND (kind = 'Fido2'::text))
