-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND $2 IN (id::text, uuid::text) ORDER BY accounts.id LIMIT 1;

-- Plan, with any values:
-- Limit
--   ->  Index Scan using accounts_pkey on accounts
--         Filter: ((id <> $1) AND (($2 = (id)::text) OR ($2 = (uuid)::text)))
