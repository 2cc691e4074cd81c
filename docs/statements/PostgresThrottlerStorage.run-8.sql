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
claimed AS (
    INSERT INTO idempotent_calls AS held (id, fingerprint, expires_at)
    SELECT $10::text, $11::text, $12::timestamptz FROM admitted
    WHERE NOT EXISTS (SELECT FROM idempotent_calls older
      WHERE older.id = ANY($13::text[]) AND older.expires_at > $14::timestamptz)
    ON CONFLICT (id) DO UPDATE SET
      fingerprint = EXCLUDED.fingerprint, expires_at = EXCLUDED.expires_at, answer_sealed = NULL
      WHERE held.expires_at <= $15::timestamptz
    RETURNING id),
known AS (
    SELECT EXISTS (SELECT FROM claimed) AS claimed, k.id, k.fingerprint, k.answer_sealed
    FROM (VALUES (1)) one
    LEFT JOIN idempotent_calls k ON k.id = ANY($16::text[]) AND k.expires_at > $17::timestamptz),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM known AS answer LIMIT 1) END AS found FROM link l)
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
--   CTE claimed
--     ->  Insert on idempotent_calls held_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: idempotent_calls_pkey
--           Conflict Filter: (held_1.expires_at <= $15)
--           InitPlan 5
--             ->  Seq Scan on idempotent_calls older
--                   Filter: ((expires_at > $14) AND (id = ANY ($13)))
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 5).col1)
--                 ->  CTE Scan on link
--                       Filter: (NOT refused)
--   InitPlan 8
--     ->  Limit
--           InitPlan 7
--             ->  CTE Scan on claimed
--           ->  Nested Loop Left Join
--                 ->  Result
--                 ->  Seq Scan on idempotent_calls k
--                       Filter: ((expires_at > $17) AND (id = ANY ($16)))
