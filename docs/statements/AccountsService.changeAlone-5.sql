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
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $9::bigint, $10::bigint, r.account_id, $11,
      $12::boolean, $13, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $14::text END,
      $15::timestamptz, $16::timestamptz, $17::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $18::timestamptz END, r.withheld, (SELECT c FROM unnest($19::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
verdict AS (SELECT $20::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $21::bigint, $22::timestamptz, $23, v.outcome, $24, v.account_id, v.session_id, v.attempt_id,
      $25, $26, $27, CASE WHEN (v.outcome = ANY($28::text[])
    OR (v.account_id IS NULL AND $29::text <> ALL($30::text[]))) THEN $31::text || md5(concat_ws(' ', $32::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $33::text END
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
--   CTE message
--     ->  Insert on messages
--           InitPlan 12
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 4
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 6
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_1.email))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   InitPlan 15
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $8)
--   InitPlan 16
--     ->  CTE Scan on changed changed_1
