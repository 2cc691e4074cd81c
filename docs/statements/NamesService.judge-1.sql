-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND false ORDER BY accounts.id LIMIT 1;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: id
--         ->  Result
--               One-Time Filter: false
