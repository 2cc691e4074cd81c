-- PostgresThrottlerStorage.run

WITH nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link_2 AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $1::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $2::timestamptz ELSE $3::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $4::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $5::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $6::int AND EXCLUDED.hits = 1 THEN coalesce($7::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $8::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $9::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $10::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $11::timestamptz ELSE $12::timestamptz END
      FROM link_2
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $13::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $14::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $15::int AND EXCLUDED.hits = 1 THEN coalesce($16::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $17::int OR (SELECT refused FROM link_2) AS refused,
      greatest(CASE WHEN hits >= $18::int THEN expires_at END, (SELECT free_at FROM link_2)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN NULL::json END AS found FROM link l)
SELECT * FROM counted;

-- Plan, with any values:
-- CTE Scan on link l
--   CTE nothing
--     ->  Result
--   CTE link_2
--     ->  Insert on request_limits held
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: request_limits_pkey
--           InitPlan 2
--             ->  CTE Scan on nothing
--           InitPlan 3
--             ->  CTE Scan on nothing nothing_1
--           ->  CTE Scan on nothing nothing_2
--   CTE link
--     ->  Insert on request_limits held_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: request_limits_pkey
--           InitPlan 5
--             ->  CTE Scan on link_2
--           InitPlan 6
--             ->  CTE Scan on link_2 link_2_1
--           ->  CTE Scan on link_2 link_2_2
