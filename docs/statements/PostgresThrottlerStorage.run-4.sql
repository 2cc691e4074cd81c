-- PostgresThrottlerStorage.run

WITH used AS (
    UPDATE service_keys SET last_used_on = $1::date
    WHERE key_hash = $2 AND revoked_at IS NULL AND expires_at > $3::timestamptz AND last_used_on IS DISTINCT FROM $4::date RETURNING id),
service_key AS (SELECT k.name, k.scopes, NULL::json AS found FROM service_keys k CROSS JOIN (SELECT count(*) FROM used) done WHERE key_hash = $5 AND revoked_at IS NULL AND expires_at > $6::timestamptz),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $7::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $8::timestamptz ELSE $9::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $10::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $11::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $12::int AND EXCLUDED.hits = 1 THEN coalesce($13::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $14::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $15::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM service_key AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- Plan, with any values:
-- CTE Scan on link l
--   CTE used
--     ->  Update on service_keys
--           ->  Seq Scan on service_keys
--                 Filter: ((revoked_at IS NULL) AND (expires_at > $3) AND (last_used_on IS DISTINCT FROM $4) AND (key_hash = $2))
--   CTE nothing
--     ->  Result
--   CTE link
--     ->  Insert on request_limits held
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: request_limits_pkey
--           InitPlan 3
--             ->  CTE Scan on nothing
--           InitPlan 4
--             ->  CTE Scan on nothing nothing_1
--           ->  CTE Scan on nothing nothing_2
--   InitPlan 6
--     ->  Limit
--           ->  Nested Loop
--                 ->  Seq Scan on service_keys k
--                       Filter: ((revoked_at IS NULL) AND (expires_at > $6) AND (key_hash = $5))
--                 ->  Aggregate
--                       ->  CTE Scan on used
