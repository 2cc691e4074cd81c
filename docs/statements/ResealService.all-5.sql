-- ResealService.all

SELECT b.account_id || ' ' || b.code_hash AS id, b.code_sealed AS sealed FROM backup_codes b
    WHERE split_part(b.code_sealed, '.', 1) <> $1 AND b.account_id || ' ' || b.code_hash > $2
    ORDER BY 1 LIMIT $3;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: ((((account_id)::text || ' '::text) || code_hash))
--         ->  Seq Scan on backup_codes b
--               Filter: ((split_part(code_sealed, '.'::text, 1) <> $1) AND ((((account_id)::text || ' '::text) || code_hash) > $2))
