-- SessionsService.revokeAll

WITH of_account AS (SELECT $1::bigint AS account_id),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $2::timestamptz FROM of_account f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $3::timestamptz, end_reason = $4 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $5::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM of_account),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $7::bigint, $8::timestamptz, $9, outcome, $10, account_id, session_id, attempt_id,
      $11, $12, $13
    FROM verdict RETURNING id)
SELECT * FROM live;

-- Plan, with any values:
-- Aggregate
--   CTE of_account
--     ->  Result
--   CTE raised
--     ->  Update on accounts a
--           ->  Nested Loop
--                 ->  CTE Scan on of_account f
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f.account_id)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_1
--                 ->  Index Scan using sessions_live on sessions s
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on of_account
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $5)
