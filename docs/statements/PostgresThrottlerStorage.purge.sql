-- PostgresThrottlerStorage.purge

WITH over AS (
        SELECT key FROM request_limits WHERE expires_at <= $1::timestamptz
        ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM request_limits WHERE key IN (SELECT key FROM over) RETURNING 1)
      SELECT count(*)::int AS count FROM gone;

-- Plan, with any values:
-- Aggregate
--   CTE over
--     ->  Limit
--           ->  LockRows
--                 ->  Index Scan using request_limits_expires_at on request_limits
--                       Index Cond: (expires_at <= $1)
--   CTE gone
--     ->  Delete on request_limits request_limits_1
--           ->  Hash Semi Join
--                 Hash Cond: (request_limits_1.key = over.key)
--                 ->  Seq Scan on request_limits request_limits_1
--                 ->  Hash
--                       ->  CTE Scan on over
--   ->  CTE Scan on gone
