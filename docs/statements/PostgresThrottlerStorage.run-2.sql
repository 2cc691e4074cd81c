-- PostgresThrottlerStorage.run

WITH nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
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
admitted AS (SELECT FROM link WHERE NOT refused),
made AS (
      INSERT INTO browser_sessions (id, token_hash, rotated_at, created_at, expires_at)
      SELECT $10::bigint, $11, $12::timestamptz, $13::timestamptz, $14::timestamptz
      FROM admitted RETURNING id::text AS id),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM made AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- Plan, with any values:
-- CTE Scan on link l
--   CTE nothing
--     ->  Result
--   CTE link
--     ->  Insert on request_limits held
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: request_limits_pkey
--           InitPlan 2
--             ->  CTE Scan on nothing
--           InitPlan 3
--             ->  CTE Scan on nothing nothing_1
--           ->  CTE Scan on nothing nothing_2
--   CTE made
--     ->  Insert on browser_sessions
--           ->  CTE Scan on link
--                 Filter: (NOT refused)
--   InitPlan 6
--     ->  Limit
--           ->  CTE Scan on made answer
