-- PostgresThrottlerStorage.run

WITH browser_view AS (
    SELECT b.id::text AS id, b.expires_at, b.token_hash <> $1 AS late, b.active_session_id::text AS active_id,
      EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id AND s.signed_in_at > b.rotated_at
        AND s.ended_at IS NULL AND s.expires_at > $2::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)) AS stale,
      coalesce((
    SELECT json_agg(json_build_object('id', a.id::text, 'kind', a.kind, 'method', a.method, 'created_at', a.created_at,
      'expires_at', a.expires_at, 'stage', s.stage,
      'live', coalesce(s.ended_at IS NULL AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp), false), 'factor', CASE WHEN x.second_factor = 'none' AND x.guarded_until > $4::timestamptz
    AND x.email IS NOT NULL AND x.activated_at IS NOT NULL THEN 'email' ELSE x.second_factor END,
      'email', u.email, 'username', u.username, 'phone', u.phone, 'email_taken', coalesce(u.email_taken, false),
      'phone_taken', coalesce(u.phone_taken, false),
      'email_proven', u.email_proven_at IS NOT NULL, 'phone_proven', u.phone_proven_at IS NOT NULL,
      'completed', coalesce(s.stage = 'signed_in', false) OR u.completed_at IS NOT NULL) ORDER BY a.id)
    FROM (SELECT * FROM browser_attempts WHERE browser_session_id = b.id ORDER BY id DESC LIMIT $5::int) a
    LEFT JOIN sessions s ON s.browser_attempt_id = a.id
    LEFT JOIN accounts x ON x.id = a.account_id AND x.disabled_at IS NULL
    LEFT JOIN sign_ups u ON u.id = a.id), '[]') AS attempts, coalesce((
    SELECT json_agg(json_build_object('id', s.id::text, 'user_id', s.account_id::text, 'created_at', s.signed_in_at,
      'amr', jsonb_path_query_array(s.amr, '$[*].method')) ORDER BY s.signed_in_at, s.id)
    FROM sessions s JOIN accounts x ON x.id = s.account_id
    WHERE s.browser_session_id = b.id AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > $6::timestamptz AND x.security_stamp <= s.security_stamp AND x.disabled_at IS NULL), '[]') AS sign_ins
    FROM browser_sessions b WHERE (b.token_hash = $7 OR b.previous_token_hash = $8 AND b.rotated_at > $9::timestamptz)
      AND b.expires_at > $10::timestamptz),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $11::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $12::timestamptz ELSE $13::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $14::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $15::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $16::int AND EXCLUDED.hits = 1 THEN coalesce($17::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $18::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $19::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM browser_view AS answer LIMIT 1) END AS found FROM link l)
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
--   InitPlan 9
--     ->  Limit
--           ->  Bitmap Heap Scan on browser_sessions b
--                 Recheck Cond: ((token_hash = $7) OR (previous_token_hash = $8))
--                 Filter: ((expires_at > $10) AND ((token_hash = $7) OR ((previous_token_hash = $8) AND (rotated_at > $9))))
--                 ->  BitmapOr
--                       ->  Bitmap Index Scan on browser_sessions_token_hash_key
--                             Index Cond: (token_hash = $7)
--                       ->  Bitmap Index Scan on browser_sessions_previous
--                             Index Cond: (previous_token_hash = $8)
--                 SubPlan 5
--                   ->  Nested Loop
--                         ->  Index Scan using sessions_browser on sessions s
--                               Index Cond: (browser_session_id = b.id)
--                               Filter: ((ended_at IS NULL) AND (signed_in_at > b.rotated_at) AND (expires_at > $2))
--                         ->  Index Scan using accounts_pkey on accounts o
--                               Index Cond: (id = s.account_id)
--                               Filter: (security_stamp <= s.security_stamp)
--                 SubPlan 7
--                   ->  Aggregate
--                         ->  Sort
--                               Sort Key: browser_attempts.id
--                               ->  Nested Loop Left Join
--                                     ->  Nested Loop Left Join
--                                           ->  Nested Loop Left Join
--                                                 ->  Limit
--                                                       ->  Index Scan Backward using browser_attempts_session on browser_attempts
--                                                             Index Cond: (browser_session_id = b.id)
--                                                 ->  Index Scan using sessions_browser_attempt on sessions s_1
--                                                       Index Cond: (browser_attempt_id = browser_attempts.id)
--                                           ->  Index Scan using accounts_pkey on accounts x
--                                                 Index Cond: (id = browser_attempts.account_id)
--                                                 Filter: (disabled_at IS NULL)
--                                     ->  Index Scan using sign_ups_pkey on sign_ups u
--                                           Index Cond: (id = browser_attempts.id)
--                         SubPlan 6
--                           ->  Index Scan using accounts_pkey on accounts o_1
--                                 Index Cond: (id = s_1.account_id)
--                                 Filter: (security_stamp <= s_1.security_stamp)
--                 SubPlan 8
--                   ->  Aggregate
--                         ->  Sort
--                               Sort Key: s_2.signed_in_at, s_2.id
--                               ->  Nested Loop
--                                     ->  Index Scan using sessions_browser on sessions s_2
--                                           Index Cond: (browser_session_id = b.id)
--                                           Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (stage = 'signed_in'::text))
--                                     ->  Index Scan using accounts_pkey on accounts x_1
--                                           Index Cond: (id = s_2.account_id)
--                                           Filter: ((disabled_at IS NULL) AND (security_stamp <= s_2.security_stamp))
