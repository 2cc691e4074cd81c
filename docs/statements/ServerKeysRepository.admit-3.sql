-- ServerKeysRepository.admit

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
      (SELECT array_agg(k.key_id ORDER BY k.key_id) FROM known k WHERE k."right" IS NOT TRUE) AS keys),
added AS (
      INSERT INTO server_keys AS k (key_id, proof, added_at, makes_since)
      SELECT g.key_id, g.proof, $4::timestamptz,
        CASE WHEN g.place = 1 AND NOT EXISTS (SELECT FROM maker) THEN $5::timestamptz END
      FROM given g, verdict v
      WHERE v.outcome = 'admitted' AND ($6 OR NOT EXISTS (SELECT FROM maker))
      ON CONFLICT (key_id) DO UPDATE SET proof = excluded.proof, added_at = excluded.added_at, forgotten_at = NULL
      WHERE k.forgotten_at IS NOT NULL RETURNING key_id),
joined AS (
    INSERT INTO replicas AS r (id, host, key_ids, started_at, seen_at)
    SELECT $7::bigint, $8, $9::text[], $10::timestamptz, $11::timestamptz FROM verdict v WHERE v.outcome = 'admitted'
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT keys FROM verdict) AS keys, (SELECT key_id FROM maker) AS maker;

-- Plan, with any values:
-- Result
--   CTE given
--     ->  Function Scan on g
--   CTE known
--     ->  Hash Right Join
--           Hash Cond: (g_1.key_id = k.key_id)
--           ->  CTE Scan on given g_1
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
--           InitPlan 4
--             ->  CTE Scan on known
--           InitPlan 5
--             ->  CTE Scan on known known_1
--                   Filter: (NOT "right")
--           InitPlan 6
--             ->  CTE Scan on known known_2
--                   Filter: "right"
--           InitPlan 7
--             ->  Nested Loop
--                   Join Filter: (m.key_id = k_1.key_id)
--                   ->  CTE Scan on maker m
--                   ->  CTE Scan on known k_1
--                         Filter: ("right" IS NULL)
--           InitPlan 8
--             ->  Aggregate
--                   ->  Sort
--                         Sort Key: k_2.key_id
--                         ->  CTE Scan on known k_2
--                               Filter: ("right" IS NOT TRUE)
--   CTE added
--     ->  Insert on server_keys k_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: server_keys_pkey
--           Conflict Filter: (k_3.forgotten_at IS NOT NULL)
--           InitPlan 10
--             ->  CTE Scan on maker
--           InitPlan 11
--             ->  CTE Scan on maker maker_1
--           ->  Result
--                 One-Time Filter: ($6 OR (NOT (InitPlan 11).col1))
--                 ->  Nested Loop
--                       ->  CTE Scan on verdict v
--                             Filter: (outcome = 'admitted'::text)
--                       ->  CTE Scan on given g_2
--   CTE joined
--     ->  Insert on replicas r
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: replicas_pkey
--           ->  CTE Scan on verdict v_1
--                 Filter: (outcome = 'admitted'::text)
--   InitPlan 14
--     ->  CTE Scan on verdict
--   InitPlan 15
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 16
--     ->  CTE Scan on maker maker_2
