-- ServerKeysRepository.look

WITH given AS (
    SELECT key_id, proof, place
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS g (key_id, proof, place)),
known AS (
    SELECT k.key_id, k.proof = g.proof AS "right" FROM server_keys k LEFT JOIN given g USING (key_id)
    WHERE k.forgotten_at IS NULL),
maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1),
verdict AS (
    SELECT CASE
        WHEN NOT EXISTS (SELECT FROM known) THEN CASE WHEN $3 THEN 'admitted' ELSE 'no_keys_yet' END
        WHEN EXISTS (SELECT FROM known WHERE NOT "right") THEN 'other_key'
        WHEN NOT EXISTS (SELECT FROM known WHERE "right") THEN 'other_ring'
        WHEN EXISTS (SELECT FROM maker m JOIN known k USING (key_id) WHERE k."right" IS NULL) THEN 'without_maker'
        ELSE 'admitted'
      END AS outcome,
      (SELECT array_agg(k.key_id ORDER BY k.key_id) FROM known k WHERE k."right" IS NOT TRUE) AS keys)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT keys FROM verdict) AS keys, (SELECT key_id FROM maker) AS maker;

-- Plan, with any values:
-- Result
--   CTE known
--     ->  Hash Right Join
--           Hash Cond: (g.key_id = k.key_id)
--           ->  Function Scan on g
--           ->  Hash
--                 ->  Seq Scan on server_keys k
--                       Filter: (forgotten_at IS NULL)
--   CTE maker
--     ->  Limit
--           ->  Sort
--                 Sort Key: server_keys.makes_since DESC, server_keys.key_id
--                 ->  Seq Scan on server_keys
--                       Filter: ((makes_since IS NOT NULL) AND (forgotten_at IS NULL))
--   CTE verdict
--     ->  Result
--           InitPlan 3
--             ->  CTE Scan on known
--           InitPlan 4
--             ->  CTE Scan on known known_1
--                   Filter: (NOT "right")
--           InitPlan 5
--             ->  CTE Scan on known known_2
--                   Filter: "right"
--           InitPlan 6
--             ->  Nested Loop
--                   Join Filter: (m.key_id = k_1.key_id)
--                   ->  CTE Scan on maker m
--                   ->  CTE Scan on known k_1
--                         Filter: ("right" IS NULL)
--           InitPlan 7
--             ->  Aggregate
--                   ->  Sort
--                         Sort Key: k_2.key_id
--                         ->  CTE Scan on known k_2
--                               Filter: ("right" IS NOT TRUE)
--   InitPlan 9
--     ->  CTE Scan on verdict
--   InitPlan 10
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 11
--     ->  CTE Scan on maker
