-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND accounts.email = $2 ORDER BY accounts.id LIMIT 1;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: id
--         ->  Index Scan using accounts_email_prefix on accounts
--               Index Cond: (email = $2)
--               Filter: (id <> $1)
