-- ResealService.all

SELECT id, totp_sealed AS sealed FROM operators
    WHERE split_part(totp_sealed, '.', 1) <> $1 AND id > ($2)::bigint
    ORDER BY id LIMIT $3;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: id
--         ->  Seq Scan on operators
--               Filter: ((id > $2) AND (split_part(totp_sealed, '.'::text, 1) <> $1))
