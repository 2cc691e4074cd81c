-- key-ring.service

SELECT 'codes and links that are open' AS what, key_id, count(*) FROM attempts
  WHERE status = 'open' AND expires_at > $1::timestamptz AND key_id IS NOT NULL GROUP BY key_id;

-- Plan, with any values:
-- HashAggregate
--   Group Key: key_id
--   ->  Index Scan using attempts_due on attempts
--         Index Cond: (expires_at > $1)
--         Filter: (key_id IS NOT NULL)
