-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND accounts.phone = $2 ORDER BY accounts.id LIMIT 1;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: id
--         ->  Index Scan using accounts_phone_prefix on accounts
--               Index Cond: (phone = $2)
--               Filter: (id <> $1)
