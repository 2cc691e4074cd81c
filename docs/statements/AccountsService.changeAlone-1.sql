-- AccountsService.changeAlone

SELECT FROM accounts WHERE id = $1::bigint FOR NO KEY UPDATE;

-- Plan, with any values:
-- LockRows
--   ->  Index Scan using accounts_pkey on accounts
--         Index Cond: (id = $1)
