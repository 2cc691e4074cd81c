-- ServerKeysRepository.status

WITH maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1)

      SELECT key_id AS "keyId", added_at AS "addedAt", makes_since AS "makesSince",
        key_id IS NOT DISTINCT FROM (SELECT key_id FROM maker) AS makes
      FROM server_keys WHERE forgotten_at IS NULL ORDER BY makes_since DESC NULLS LAST, key_id;

-- Plan, with any values:
-- Sort
--   Sort Key: server_keys.makes_since DESC NULLS LAST, server_keys.key_id
--   InitPlan 1
--     ->  Subquery Scan on maker
--           ->  Limit
--                 ->  Sort
--                       Sort Key: server_keys_1.makes_since DESC, server_keys_1.key_id
--                       ->  Seq Scan on server_keys server_keys_1
--                             Filter: ((makes_since IS NOT NULL) AND (forgotten_at IS NULL))
--   ->  Seq Scan on server_keys
--         Filter: (forgotten_at IS NULL)
