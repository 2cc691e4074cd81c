-- DocspaceStepView.find

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_set_up AS (
    SELECT f.*, a.uuid, a.email, coalesce(a.email, a.username, a.phone) AS label, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $5::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, CASE a.second_factor
      WHEN 'sms' THEN a.phone IS NOT NULL
      WHEN 'totp' THEN EXISTS (SELECT FROM totp_factors t WHERE t.account_id = a.id) ELSE true END AS is_set_up
    FROM pending f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN pending f USING (account_id)
      WHERE u.expires_at > $6::timestamptz FOR UPDATE OF u),
view AS (
        SELECT p.account_id, p.label, p.second_factor, p.is_set_up, s.factor AS setup_factor, s.secret_sealed AS setup_secret
        FROM with_set_up p LEFT JOIN setup s USING (account_id))
SELECT * FROM view;

-- Plan, with any values:
-- Nested Loop Left Join
--   Join Filter: (f.account_id = s.account_id)
--   CTE pending
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s_1
--                       Index Cond: (token_hash = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s_1.account_id)
--                       Filter: (security_stamp <= s_1.security_stamp)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on pending f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $6)
--   ->  Nested Loop
--         ->  CTE Scan on pending f
--         ->  Index Scan using accounts_pkey on accounts a
--               Index Cond: (id = f.account_id)
--               Filter: (disabled_at IS NULL)
--   ->  CTE Scan on setup s
--   SubPlan 3
--     ->  Index Only Scan using totp_factors_pkey on totp_factors t
--           Index Cond: (account_id = a.id)
