-- key-ring.service

SELECT $1 AS what, split_part(secret_sealed, '.', 1) AS key_id, count(*) FROM totp_factors GROUP BY 2
  UNION ALL
  SELECT $2, split_part(code_sealed, '.', 1), count(*) FROM backup_codes WHERE code_sealed IS NOT NULL GROUP BY 2;

-- Plan, with any values:
-- Append
--   ->  HashAggregate
--         Group Key: split_part(totp_factors.secret_sealed, '.'::text, 1)
--         ->  Seq Scan on totp_factors
--   ->  GroupAggregate
--         Group Key: (split_part(backup_codes.code_sealed, '.'::text, 1))
--         ->  Sort
--               Sort Key: (split_part(backup_codes.code_sealed, '.'::text, 1))
--               ->  Seq Scan on backup_codes
--                     Filter: (code_sealed IS NOT NULL)
