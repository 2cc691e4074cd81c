-- key-ring.service

SELECT 'messages that wait' AS what, split_part(facts_sealed, '.', 1) AS key_id, count(*) FROM messages
  WHERE facts_sealed IS NOT NULL GROUP BY 2;

-- Plan, with any values:
-- GroupAggregate
--   Group Key: (split_part(facts_sealed, '.'::text, 1))
--   ->  Sort
--         Sort Key: (split_part(facts_sealed, '.'::text, 1))
--         ->  Seq Scan on messages
--               Filter: (facts_sealed IS NOT NULL)
