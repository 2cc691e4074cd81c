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
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $8::bigint, $9::bigint, r.account_id, $10,
      $11::boolean, $12, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $13::text END,
      $14::timestamptz, $15::timestamptz, $16::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $17::timestamptz END, r.withheld, (SELECT c FROM unnest($18::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
verdict AS (SELECT $19::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $20::bigint, $21::timestamptz, $22, v.outcome, $23, v.account_id, v.session_id, v.attempt_id,
      $24, $25, $26, CASE WHEN (v.outcome = ANY($27::text[]) OR (v.account_id IS NULL AND $28::text <> 'cli')) THEN $29::text || md5(concat_ws(' ', $30::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $31::text END
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
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $7)
