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
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[])
    OR (v.account_id IS NULL AND $15::text <> ALL($16::text[]))) THEN $17::text || md5(concat_ws(' ', $18::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $19::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
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
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on of_account
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $5)
