-- OwnAccountService.show

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
own_account AS (
    SELECT f.*, a.id::text AS id, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
      a.updated_at, a.activated_at, a.password_hash IS NOT NULL AS has_password,
      EXISTS (SELECT FROM credentials c WHERE c.account_id = a.id AND c.kind = 'Fido2' AND c.revoked_at IS NULL) AS has_passkeys,
      EXISTS (SELECT FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL) AS has_backup_codes,
      (SELECT t.created_at FROM totp_factors t WHERE t.account_id = a.id) AS authenticator_since,
      ARRAY(SELECT i.provider FROM external_identities i WHERE i.account_id = a.id ORDER BY i.linked_at) AS providers
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL)
SELECT * FROM own_account;

-- Plan, with any values:
-- Nested Loop
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   ->  CTE Scan on session f
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = f.account_id)
--         Filter: (disabled_at IS NULL)
--   SubPlan 2
--     ->  Index Scan using credentials_account on credentials c
--           Index Cond: (account_id = a.id)
--           Filter: ((revoked_at IS NULL) AND (kind = 'Fido2'::text))
--   SubPlan 4
--     ->  Index Scan using backup_codes_pkey on backup_codes b
--           Index Cond: (account_id = a.id)
--           Filter: (used_at IS NULL)
--   SubPlan 6
--     ->  Index Scan using totp_factors_pkey on totp_factors t
--           Index Cond: (account_id = a.id)
--   SubPlan 7
--     ->  Sort
--           Sort Key: i.linked_at
--           ->  Index Scan using external_identities_account on external_identities i
--                 Index Cond: (account_id = a.id)
