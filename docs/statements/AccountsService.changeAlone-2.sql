-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET phone = $2, phone_signs_in = $3::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id AND true RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $8::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $9::bigint, $10::timestamptz, $11, v.outcome, $12, v.account_id, v.session_id, v.attempt_id,
      $13, $14, $15, CASE WHEN (v.outcome = ANY($16::text[]) OR (v.account_id IS NULL AND $17::text <> 'cli')) THEN $18::text || md5(concat_ws(' ', $19::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $20::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM live;

-- Plan, with any values:
-- Aggregate
--   CTE changed
--     ->  Update on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $1)
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
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $7)
