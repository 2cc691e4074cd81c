-- key-ring.service

SELECT $1 AS what, split_part(private_key_sealed, '.', 1) AS key_id, count(*) FROM signing_keys GROUP BY 2;

-- Plan, with any values:
-- HashAggregate
--   Group Key: split_part(private_key_sealed, '.'::text, 1)
--   ->  Seq Scan on signing_keys
