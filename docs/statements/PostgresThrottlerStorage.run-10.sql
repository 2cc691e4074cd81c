-- PostgresThrottlerStorage.run

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id::text AS id, a.email, a.username, a.phone, a.language, a.created_at, a.activated_at
    FROM session s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link_2 AS (
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
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $14::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $15::timestamptz ELSE $16::timestamptz END
      FROM link_2
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $17::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $18::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $19::int AND EXCLUDED.hits = 1 THEN coalesce($20::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $21::int OR (SELECT refused FROM link_2) AS refused,
      greatest(CASE WHEN hits >= $22::int THEN expires_at END, (SELECT free_at FROM link_2)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM account AS answer LIMIT 1) END AS found FROM link l)
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
--   InitPlan 8
--     ->  Limit
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s
--                       Index Cond: (token_hash = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: ((disabled_at IS NULL) AND (security_stamp <= s.security_stamp))
