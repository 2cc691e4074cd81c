-- ServerKeysRepository.beat

WITH maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1),
live AS (
    SELECT id, key_ids, started_at FROM replicas
    WHERE seen_at > $1::timestamptz - $2 * interval '1 second'),
wanted AS (
    SELECT w.key_id
    FROM (SELECT key_ids FROM live ORDER BY started_at DESC, id DESC LIMIT 1) newest,
      unnest(newest.key_ids) WITH ORDINALITY AS w (key_id, place)
    WHERE NOT EXISTS (SELECT FROM live l WHERE NOT w.key_id = ANY (l.key_ids))
    ORDER BY w.place LIMIT 1),
joined AS (
    INSERT INTO replicas AS r (id, host, key_ids, started_at, seen_at)
    SELECT $3::bigint, $4, $5::text[], $6::timestamptz, $7::timestamptz FROM (SELECT) v
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING id),
gone AS (DELETE FROM replicas r WHERE r.id <> $8::bigint
        AND NOT EXISTS (SELECT FROM live l WHERE l.id = r.id) RETURNING r.id)
SELECT (SELECT key_id FROM maker) AS maker, (SELECT key_id FROM wanted) AS wanted;

-- Plan, with any values:
-- Result
--   CTE live
--     ->  Seq Scan on replicas
--           Filter: (seen_at > ($1 - ($2 * '00:00:01'::interval)))
--   CTE joined
--     ->  Insert on replicas r
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: replicas_pkey
--           ->  Result
--   CTE gone
--     ->  Delete on replicas r_1
--           ->  Nested Loop Anti Join
--                 Join Filter: (l.id = r_1.id)
--                 ->  Seq Scan on replicas r_1
--                       Filter: (id <> $8)
--                 ->  CTE Scan on live l
--   InitPlan 4
--     ->  Subquery Scan on maker
--           ->  Limit
--                 ->  Sort
--                       Sort Key: server_keys.makes_since DESC, server_keys.key_id
--                       ->  Seq Scan on server_keys
--                             Filter: ((makes_since IS NOT NULL) AND (forgotten_at IS NULL))
--   InitPlan 5
--     ->  Subquery Scan on wanted
--           ->  Limit
--                 ->  Sort
--                       Sort Key: w.place
--                       ->  Nested Loop
--                             ->  Limit
--                                   ->  Sort
--                                         Sort Key: live.started_at DESC, live.id DESC
--                                         ->  CTE Scan on live
--                             ->  Nested Loop Anti Join
--                                   Join Filter: (w.key_id <> ALL (l_1.key_ids))
--                                   ->  Function Scan on unnest w
--                                   ->  CTE Scan on live l_1
