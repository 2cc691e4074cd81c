-- PasswordCheck.lockedUntil

SELECT max(locked_until) AS until FROM password_failures
      WHERE login = $1 AND locked_until > $2::timestamptz;

-- Plan, with any values:
-- Aggregate
--   ->  Index Scan using password_failures_login on password_failures
--         Index Cond: (login = $1)
--         Filter: (locked_until > $2)
