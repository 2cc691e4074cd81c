-- OwnSessionsService.list

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
own_sessions AS (
    SELECT s.id::text AS id, s.account_id::text AS account_id, s.protocol, s.client_address, s.user_agent, s.signed_in_at,
      s.expires_at
    FROM sessions s JOIN signed_in f USING (account_id)
    WHERE s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)
      AND (s.browser_session_id IS NULL OR EXISTS (
        SELECT FROM browser_sessions b WHERE b.id = s.browser_session_id AND b.expires_at > $5::timestamptz))
    ORDER BY s.signed_in_at, s.id)
SELECT * FROM own_sessions;

-- Plan, with any values:
-- Subquery Scan on own_sessions
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s_1
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o_1
--                       Index Cond: (id = s_1.account_id)
--                       Filter: (security_stamp <= s_1.security_stamp)
--   ->  Sort
--         Sort Key: s.signed_in_at, s.id
--         ->  Nested Loop
--               Join Filter: (session.account_id = s.account_id)
--               ->  Nested Loop
--                     ->  CTE Scan on session
--                           Filter: (stage = 'signed_in'::text)
--                     ->  Index Scan using accounts_pkey on accounts o
--                           Index Cond: (id = session.account_id)
--               ->  Index Scan using sessions_live on sessions s
--                     Index Cond: (account_id = o.id)
--                     Filter: ((expires_at > $4) AND (stage = 'signed_in'::text) AND (o.security_stamp <= security_stamp) AND ((browser_session_id IS NULL) OR EXISTS(SubPlan 2)))
--                     SubPlan 2
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b
--                             Index Cond: (id = s.browser_session_id)
--                             Filter: (expires_at > $5)
