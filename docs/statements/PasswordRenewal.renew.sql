-- PasswordRenewal.renew

UPDATE accounts SET password_hash = $1 WHERE id = $2::bigint AND password_hash = $3;

-- Plan, with any values:
-- Update on accounts
--   ->  Index Scan using accounts_pkey on accounts
--         Index Cond: (id = $2)
--         Filter: (password_hash = $3)
