-- ServerKeysRepository.leave

DELETE FROM replicas WHERE id = $1::bigint;

-- Plan, with any values:
-- Delete on replicas
--   ->  Seq Scan on replicas
--         Filter: (id = $1)
