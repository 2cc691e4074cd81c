-- AccountsService.changeAlone

WITH as_read AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND security_stamp = $2::int),
changed AS (
    UPDATE accounts a SET phone = $3, phone_signs_in = $4::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $5::timestamptz
    FROM as_read f WHERE a.id = f.account_id AND true RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $9::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $10::bigint, $11::timestamptz, $12, v.outcome, $13, v.account_id, v.session_id, v.attempt_id,
      $14, $15, $16, CASE WHEN (v.outcome = ANY($17::text[])
    OR (v.account_id IS NULL AND $18::text <> ALL($19::text[]))) THEN $20::text || md5(concat_ws(' ', $21::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $22::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT (SELECT sessions FROM live) AS sessions, EXISTS (SELECT FROM changed) AS done;

-- Plan, with any values:
-- Result
--   CTE changed
--     ->  Update on accounts a
--           ->  Nested Loop
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = $1)
--                 ->  Index Scan using accounts_pkey on accounts
--                       Index Cond: (id = $1)
--                       Filter: (security_stamp = $2)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_1
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_1.security_stamp - 1) = security_stamp))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   InitPlan 5
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $8)
--   InitPlan 6
--     ->  CTE Scan on changed changed_1
