-- DocspaceSignInService.signIn

UPDATE accounts SET language = $1, updated_at = $2::timestamptz
    WHERE id = $3::bigint AND language <> $4;

-- Plan, with any values:
-- Update on accounts
--   ->  Index Scan using accounts_pkey on accounts
--         Index Cond: (id = $3)
--         Filter: (language <> $4)
