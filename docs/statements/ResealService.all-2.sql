-- ResealService.all

SELECT kid AS id, private_key_sealed AS sealed FROM signing_keys
    WHERE split_part(private_key_sealed, '.', 1) <> $1 AND kid > $2 ORDER BY kid LIMIT $3;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: kid
--         ->  Seq Scan on signing_keys
--               Filter: ((kid > $2) AND (split_part(private_key_sealed, '.'::text, 1) <> $1))
