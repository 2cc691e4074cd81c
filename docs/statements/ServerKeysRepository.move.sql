-- ServerKeysRepository.move

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
moved AS (
      UPDATE server_keys k
      SET makes_since = GREATEST($3::timestamptz, (SELECT makes_since FROM maker) + interval '1 millisecond')
      FROM wanted w WHERE k.key_id = w.key_id AND k.key_id IS DISTINCT FROM (SELECT key_id FROM maker)
      RETURNING k.key_id)
SELECT (SELECT key_id FROM moved) AS moved, (SELECT key_id FROM maker) AS maker;

-- Plan, with any values:
-- Result
--   CTE maker
--     ->  Limit
--           ->  Sort
--                 Sort Key: server_keys.makes_since DESC, server_keys.key_id
--                 ->  Seq Scan on server_keys
--                       Filter: ((makes_since IS NOT NULL) AND (forgotten_at IS NULL))
--   CTE live
--     ->  Seq Scan on replicas
--           Filter: (seen_at > ($1 - ($2 * '00:00:01'::interval)))
--   CTE moved
--     ->  Update on server_keys k
--           InitPlan 3
--             ->  CTE Scan on maker
--           InitPlan 4
--             ->  CTE Scan on maker maker_1
--           ->  Nested Loop
--                 Join Filter: (k.key_id = w.key_id)
--                 ->  Seq Scan on server_keys k
--                       Filter: (key_id IS DISTINCT FROM (InitPlan 4).col1)
--                 ->  Subquery Scan on w
--                       ->  Limit
--                             ->  Sort
--                                   Sort Key: w_1.place
--                                   ->  Nested Loop
--                                         ->  Limit
--                                               ->  Sort
--                                                     Sort Key: live.started_at DESC, live.id DESC
--                                                     ->  CTE Scan on live
--                                         ->  Nested Loop Anti Join
--                                               Join Filter: (w_1.key_id <> ALL (l.key_ids))
--                                               ->  Function Scan on unnest w_1
--                                               ->  CTE Scan on live l
--   InitPlan 6
--     ->  CTE Scan on moved
--   InitPlan 7
--     ->  CTE Scan on maker maker_2
