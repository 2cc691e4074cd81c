-- BrowserService.view

WITH browser_view AS (
    SELECT b.id::text AS id, b.expires_at, false AS late, b.active_session_id::text AS active_id,
      EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id AND s.signed_in_at > b.rotated_at
        AND s.ended_at IS NULL AND s.expires_at > $1::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)) AS stale,
      coalesce((
    SELECT json_agg(json_build_object('id', a.id::text, 'kind', a.kind, 'method', a.method, 'created_at', a.created_at,
      'expires_at', a.expires_at, 'stage', s.stage,
      'live', coalesce(s.ended_at IS NULL AND s.expires_at > $2::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp), false), 'factor', CASE WHEN x.second_factor = 'none' AND x.guarded_until > $3::timestamptz
    AND x.email IS NOT NULL AND x.activated_at IS NOT NULL THEN 'email' ELSE x.second_factor END,
      'email', u.email, 'username', u.username, 'phone', u.phone, 'email_taken', coalesce(u.email_taken, false),
      'phone_taken', coalesce(u.phone_taken, false),
      'email_proven', u.email_proven_at IS NOT NULL, 'phone_proven', u.phone_proven_at IS NOT NULL,
      'completed', coalesce(s.stage = 'signed_in', false) OR u.completed_at IS NOT NULL) ORDER BY a.id)
    FROM (SELECT * FROM browser_attempts WHERE browser_session_id = b.id ORDER BY id DESC LIMIT $4::int) a
    LEFT JOIN sessions s ON s.browser_attempt_id = a.id
    LEFT JOIN accounts x ON x.id = a.account_id AND x.disabled_at IS NULL
    LEFT JOIN sign_ups u ON u.id = a.id), '[]') AS attempts, coalesce((
    SELECT json_agg(json_build_object('id', s.id::text, 'user_id', s.account_id::text, 'created_at', s.signed_in_at,
      'amr', jsonb_path_query_array(s.amr, '$[*].method')) ORDER BY s.signed_in_at, s.id)
    FROM sessions s JOIN accounts x ON x.id = s.account_id
    WHERE s.browser_session_id = b.id AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > $5::timestamptz AND x.security_stamp <= s.security_stamp AND x.disabled_at IS NULL), '[]') AS sign_ins
    FROM browser_sessions b WHERE b.id = $6::bigint),
rolled AS (
      UPDATE browser_sessions SET expires_at = CASE WHEN active_session_id IS NULL THEN $7::timestamptz ELSE $8::timestamptz END
      WHERE id = $9::bigint AND expires_at <= CASE WHEN active_session_id IS NULL THEN $10::timestamptz ELSE $11::timestamptz END RETURNING id)
SELECT * FROM browser_view;

-- Plan, with any values:
-- Index Scan using browser_sessions_pkey on browser_sessions b
--   Index Cond: (id = $6)
--   CTE rolled
--     ->  Update on browser_sessions
--           ->  Index Scan using browser_sessions_pkey on browser_sessions
--                 Index Cond: (id = $9)
--                 Filter: (expires_at <= CASE WHEN (active_session_id IS NULL) THEN $10 ELSE $11 END)
--   SubPlan 2
--     ->  Nested Loop
--           ->  Index Scan using sessions_browser on sessions s
--                 Index Cond: (browser_session_id = b.id)
--                 Filter: ((ended_at IS NULL) AND (signed_in_at > b.rotated_at) AND (expires_at > $1))
--           ->  Index Scan using accounts_pkey on accounts o
--                 Index Cond: (id = s.account_id)
--                 Filter: (security_stamp <= s.security_stamp)
--   SubPlan 4
--     ->  Aggregate
--           ->  Sort
--                 Sort Key: browser_attempts.id
--                 ->  Nested Loop Left Join
--                       ->  Nested Loop Left Join
--                             ->  Nested Loop Left Join
--                                   ->  Limit
--                                         ->  Index Scan Backward using browser_attempts_session on browser_attempts
--                                               Index Cond: (browser_session_id = b.id)
--                                   ->  Index Scan using sessions_browser_attempt on sessions s_1
--                                         Index Cond: (browser_attempt_id = browser_attempts.id)
--                             ->  Index Scan using accounts_pkey on accounts x
--                                   Index Cond: (id = browser_attempts.account_id)
--                                   Filter: (disabled_at IS NULL)
--                       ->  Index Scan using sign_ups_pkey on sign_ups u
--                             Index Cond: (id = browser_attempts.id)
--           SubPlan 3
--             ->  Index Scan using accounts_pkey on accounts o_1
--                   Index Cond: (id = s_1.account_id)
--                   Filter: (security_stamp <= s_1.security_stamp)
--   SubPlan 5
--     ->  Aggregate
--           ->  Sort
--                 Sort Key: s_2.signed_in_at, s_2.id
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_browser on sessions s_2
--                             Index Cond: (browser_session_id = b.id)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (stage = 'signed_in'::text))
--                       ->  Index Scan using accounts_pkey on accounts x_1
--                             Index Cond: (id = s_2.account_id)
--                             Filter: ((disabled_at IS NULL) AND (security_stamp <= s_2.security_stamp))
