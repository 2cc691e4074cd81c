-- key-ring.service

SELECT $1 AS what, split_part(totp_sealed, '.', 1) AS key_id, count(*) FROM operators
  WHERE totp_sealed IS NOT NULL GROUP BY 2;

-- Plan, with any values:
-- HashAggregate
--   Group Key: split_part(totp_sealed, '.'::text, 1)
--   ->  Seq Scan on operators
--         Filter: (totp_sealed IS NOT NULL)
