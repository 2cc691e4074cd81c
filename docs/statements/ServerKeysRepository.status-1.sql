-- ServerKeysRepository.status

SELECT id, host, key_ids AS "keyIds", started_at AS "startedAt", seen_at AS "seenAt" FROM replicas
      WHERE seen_at > $1::timestamptz - $2 * interval '1 second' ORDER BY started_at, id;

-- Plan, with any values:
-- Sort
--   Sort Key: started_at, id
--   ->  Seq Scan on replicas
--         Filter: (seen_at > ($1 - ($2 * '00:00:01'::interval)))
