-- NamesService.check

SELECT id::text AS id, email, username FROM accounts WHERE id > $1::bigint ORDER BY accounts.id LIMIT $2::int;

-- Plan, with any values:
-- Limit
--   ->  Index Scan using accounts_pkey on accounts
--         Index Cond: (id > $1)
