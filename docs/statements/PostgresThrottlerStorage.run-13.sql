-- PostgresThrottlerStorage.run

WITH candidates AS (
    SELECT 1 AS rank, s.id, s.signed_in_at AS issued_at, s.expires_at FROM sessions s
      WHERE s.token_hash = $1::text AND s.protocol = $2::text
    UNION ALL SELECT 2, s.id, s.signed_in_at, s.expires_at FROM sessions s WHERE s.id = $3::bigint
    UNION ALL SELECT 3, s.id, coalesce(s.refresh_rotated_at, s.created_at), s.expires_at FROM sessions s
      WHERE s.token_hash = $4::text
        AND (s.refresh_hash = $5::text OR s.refresh_previous_hash = $6::text AND s.refresh_rotated_at >= $7::timestamptz)
    UNION ALL SELECT 4, b.active_session_id, b.rotated_at, b.expires_at FROM browser_sessions b
      WHERE b.token_hash = $8::text AND b.active_session_id IS NOT NULL),
shown AS (
    SELECT s.id AS session_id, s.account_id, s.protocol, s.amr, s.signed_in_at, c.issued_at,
      least(s.expires_at, c.expires_at) AS expires_at
    FROM candidates c JOIN sessions s ON s.id = c.id WHERE s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > $9::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)
      AND (s.browser_session_id IS NULL OR EXISTS (
        SELECT FROM browser_sessions b WHERE b.id = s.browser_session_id AND b.expires_at > $10::timestamptz)) ORDER BY c.rank LIMIT 1),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $11::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor
    FROM shown f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
active AS (
    SELECT f.session_id::text AS sid, f.uuid, f.protocol, f.amr, f.signed_in_at, f.issued_at, f.expires_at
    FROM with_account f),
used AS (
    UPDATE service_keys SET last_used_on = $12::date
    WHERE key_hash = $13 AND revoked_at IS NULL AND expires_at > $14::timestamptz AND last_used_on IS DISTINCT FROM $15::date RETURNING id),
service_key AS (SELECT k.name, k.scopes, (SELECT row_to_json(q) FROM active q LIMIT 1) AS found FROM service_keys k CROSS JOIN (SELECT count(*) FROM used) done WHERE key_hash = $16 AND revoked_at IS NULL AND expires_at > $17::timestamptz),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $18::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $19::timestamptz ELSE $20::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $21::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $22::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $23::int AND EXCLUDED.hits = 1 THEN coalesce($24::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $25::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $26::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM service_key AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- Plan, with any values:
-- CTE Scan on link l
--   CTE used
--     ->  Update on service_keys
--           ->  Seq Scan on service_keys
--                 Filter: ((revoked_at IS NULL) AND (expires_at > $14) AND (last_used_on IS DISTINCT FROM $15) AND (key_hash = $13))
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
--   InitPlan 9
--     ->  Limit
--           InitPlan 8
--             ->  Limit
--                   ->  Nested Loop
--                         ->  Limit
--                               ->  Sort
--                                     Sort Key: "*SELECT* 1".rank
--                                     ->  Nested Loop
--                                           ->  Nested Loop
--                                                 ->  Append
--                                                       ->  Subquery Scan on "*SELECT* 1"
--                                                             ->  Index Scan using sessions_token_hash_key on sessions s_1
--                                                                   Index Cond: (token_hash = $1)
--                                                                   Filter: (protocol = $2)
--                                                       ->  Subquery Scan on "*SELECT* 2"
--                                                             ->  Index Scan using sessions_pkey on sessions s_2
--                                                                   Index Cond: (id = $3)
--                                                       ->  Subquery Scan on "*SELECT* 3"
--                                                             ->  Index Scan using sessions_token_hash_key on sessions s_3
--                                                                   Index Cond: (token_hash = $4)
--                                                                   Filter: ((refresh_hash = $5) OR ((refresh_previous_hash = $6) AND (refresh_rotated_at >= $7)))
--                                                       ->  Subquery Scan on "*SELECT* 4"
--                                                             ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b_1
--                                                                   Index Cond: (token_hash = $8)
--                                                                   Filter: (active_session_id IS NOT NULL)
--                                                 ->  Index Scan using sessions_pkey on sessions s
--                                                       Index Cond: (id = "*SELECT* 1".id)
--                                                       Filter: ((ended_at IS NULL) AND (expires_at > $9) AND (stage = 'signed_in'::text) AND ((browser_session_id IS NULL) OR EXISTS(SubPlan 6)))
--                                                       SubPlan 6
--                                                         ->  Index Scan using browser_sessions_pkey on browser_sessions b
--                                                               Index Cond: (id = s.browser_session_id)
--                                                               Filter: (expires_at > $10)
--                                           ->  Index Scan using accounts_pkey on accounts o
--                                                 Index Cond: (id = s.account_id)
--                                                 Filter: (security_stamp <= s.security_stamp)
--                         ->  Index Scan using accounts_pkey on accounts a
--                               Index Cond: (id = s.account_id)
--                               Filter: (disabled_at IS NULL)
--           ->  Nested Loop
--                 ->  Seq Scan on service_keys k
--                       Filter: ((revoked_at IS NULL) AND (expires_at > $17) AND (key_hash = $16))
--                 ->  Aggregate
--                       ->  CTE Scan on used
