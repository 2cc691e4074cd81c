-- FactorCodeService.send

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_factor AS (
    SELECT f.session_id::text AS session_id, a.id::text AS account_id, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $4::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = a.id) AS totp_secret
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL)
SELECT * FROM with_factor;

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
--     ->  Index Scan using totp_factors_pkey on totp_factors t
--           Index Cond: (account_id = a.id)
