-- OwnContactsService.list

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $4::timestamptz
      ELSE $5::boolean OR s.signed_in_at > $6::timestamptz END),
own_account AS (
    SELECT f.*, a.id::text AS id, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
      a.updated_at, a.activated_at, a.password_hash IS NOT NULL AS has_password,
      EXISTS (SELECT FROM credentials c WHERE c.account_id = a.id AND c.kind = 'Fido2' AND c.revoked_at IS NULL) AS has_passkeys,
      EXISTS (SELECT FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL) AS has_backup_codes,
      (SELECT t.created_at FROM totp_factors t WHERE t.account_id = a.id) AS authenticator_since,
      ARRAY(SELECT i.provider FROM external_identities i WHERE i.account_id = a.id ORDER BY i.linked_at) AS providers
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
waiting_contacts AS (
    SELECT c.account_id, c.id::text AS id, c.method AS channel, c.address, c.attempt_id FROM contact_changes c JOIN session f ON f.account_id = c.account_id
    WHERE c.expires_at > $7::timestamptz),
contacts AS (
            SELECT o.*, to_json(w) AS waits, EXISTS (SELECT FROM fresh) AS is_fresh
            FROM own_account o LEFT JOIN waiting_contacts w ON true)
SELECT * FROM contacts;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   InitPlan 8
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $4) ELSE ($5 OR (session.signed_in_at > $6)) END)
--   ->  Nested Loop
--         ->  CTE Scan on session f
--         ->  Index Scan using accounts_pkey on accounts a
--               Index Cond: (id = f.account_id)
--               Filter: (disabled_at IS NULL)
--   ->  Nested Loop
--         ->  CTE Scan on session f_1
--         ->  Index Scan using contact_changes_pkey on contact_changes c
--               Index Cond: (account_id = f_1.account_id)
--               Filter: (expires_at > $7)
--   SubPlan 2
--     ->  Index Scan using credentials_account on credentials c_1
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
