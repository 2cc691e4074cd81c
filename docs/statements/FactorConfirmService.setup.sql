-- FactorConfirmService.setup

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN session f USING (account_id)
      WHERE u.expires_at > $4::timestamptz FOR UPDATE OF u),
found AS (
        SELECT s.session_id, u.* FROM session s LEFT JOIN setup u ON true
        WHERE s.stage = 'signed_in')
SELECT * FROM found;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s_1
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s_1.account_id)
--                       Filter: (security_stamp <= s_1.security_stamp)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on session f
--                 ->  Index Scan using factor_setups_pkey on factor_setups u_1
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (expires_at > $4)
--   ->  CTE Scan on session s
--         Filter: (stage = 'signed_in'::text)
--   ->  CTE Scan on setup u
