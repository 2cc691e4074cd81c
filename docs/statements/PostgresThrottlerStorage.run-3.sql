-- PostgresThrottlerStorage.run

WITH used AS (
    UPDATE operator_sessions SET last_used_at = greatest(last_used_at, $1::timestamptz)
    WHERE token_hash = $2 AND expires_at > $3::timestamptz AND last_used_at > $4::timestamptz
    RETURNING id, operator_id),
operator_session AS (
    SELECT u.id::text AS session_id, o.id::text AS operator_id, o.email, o.role
    FROM used u JOIN operators o ON o.id = u.operator_id),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $5::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $6::timestamptz ELSE $7::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $8::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $9::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $10::int AND EXCLUDED.hits = 1 THEN coalesce($11::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $12::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $13::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM operator_session AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- Plan, with any values:
-- CTE Scan on link l
--   CTE used
--     ->  Update on operator_sessions
--           ->  Seq Scan on operator_sessions
--                 Filter: ((expires_at > $3) AND (last_used_at > $4) AND (token_hash = $2))
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
--                 Join Filter: (u.operator_id = o.id)
--                 ->  CTE Scan on used u
--                 ->  Seq Scan on operators o
