-- AccountService.signOut

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
ended AS (
    UPDATE sessions SET ended_at = $4::timestamptz, end_reason = $5
    WHERE id = $6::bigint AND ended_at IS NULL AND expires_at > $7::timestamptz
    RETURNING id AS session_id, account_id),
proven AS (SELECT account_id FROM session WHERE stage = 'signed_in'),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $8::timestamptz FROM proven f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended_2 AS (
      UPDATE sessions s SET ended_at = $9::timestamptz, end_reason = $10 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM ended) AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM ended) AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $11::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $12::bigint, $13::timestamptz, $14, outcome, $15, account_id, session_id, attempt_id,
      $16, $17, $18
    FROM verdict RETURNING id)
SELECT * FROM session;

-- Plan, with any values:
-- CTE Scan on session
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE ended
--     ->  Update on sessions
--           ->  Index Scan using sessions_pkey on sessions
--                 Index Cond: (id = $6)
--                 Filter: ((ended_at IS NULL) AND (expires_at > $7))
--   CTE raised
--     ->  Update on accounts a
--           ->  Nested Loop
--                 ->  CTE Scan on session session_1
--                       Filter: (stage = 'signed_in'::text)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = session_1.account_id)
--   CTE ended_2
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on raised f
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 4).col1))))
--                       SubPlan 4
--                         ->  CTE Scan on ended
--   CTE carried_over
--     ->  Update on sessions s_2
--           ->  Result
--                 One-Time Filter: false
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on session session_2
