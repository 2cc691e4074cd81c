-- PasswordCheck.countAndFind

WITH who AS (
      SELECT a.id, a.email, a.phone, a.language, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $1::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.password_hash, coalesce('account ' || a.id, $2) AS login
      FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM accounts WHERE accounts.phone = $3 ) a ON true),
failure AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login || $4, w.login, 1, $5::timestamptz FROM who w
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $6::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $7::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $8::int THEN coalesce($9::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $10::timestamptz AS over) w)
    RETURNING f.locked_until),
failure_2 AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login, w.login, 1, $11::timestamptz FROM who w CROSS JOIN failure h WHERE $12::boolean OR h.locked_until IS NULL
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $13::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $14::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $15::int THEN coalesce($16::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $17::timestamptz AS over) w)
    RETURNING f.locked_until)

      SELECT w.*, greatest(
        (SELECT locked_until FROM failure WHERE NOT $18::boolean), (SELECT locked_until FROM failure_2),
        (SELECT f.locked_until FROM password_failures f WHERE f.key = w.login AND f.locked_until > $19::timestamptz)
      ) AS locked_until
      FROM who w;

-- Plan, with any values:
-- CTE Scan on who w
--   CTE who
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  Index Scan using accounts_phone_prefix on accounts
--                 Index Cond: (phone = $3)
--   CTE failure
--     ->  Insert on password_failures f
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: password_failures_pkey
--           ->  CTE Scan on who w_1
--           SubPlan 2
--             ->  Result
--   CTE failure_2
--     ->  Insert on password_failures f_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: password_failures_pkey
--           ->  Nested Loop
--                 ->  CTE Scan on who w_2
--                 ->  CTE Scan on failure h
--                       Filter: ($12 OR (locked_until IS NULL))
--           SubPlan 4
--             ->  Result
--   InitPlan 6
--     ->  Result
--           One-Time Filter: (NOT $18)
--           ->  CTE Scan on failure
--   InitPlan 7
--     ->  CTE Scan on failure_2
--   SubPlan 8
--     ->  Index Scan using password_failures_pkey on password_failures f_2
--           Index Cond: (key = w.login)
--           Filter: (locked_until > $19)
