-- AccountsService.changeAlone

WITH as_read AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND security_stamp = $2::int),
changed AS (
    UPDATE accounts a SET second_factor = $3, phone = CASE WHEN $4 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1,
      updated_at = $5::timestamptz
    FROM as_read f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM changed f
    WHERE a.account_id = f.account_id AND a.purpose = ANY($9::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING changed f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING changed f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING changed f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $10::bigint, $11::bigint, r.account_id, $12,
      $13::boolean, $14, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $15::text END,
      $16::timestamptz, $17::timestamptz, $18::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $19::timestamptz END, r.withheld, (SELECT c FROM unnest($20::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $21::bigint, $22::bigint, r.account_id, $23,
      $24::boolean, $25, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $26::text END,
      $27::timestamptz, $28::timestamptz, $29::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $30::timestamptz END, r.withheld, (SELECT c FROM unnest($31::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (SELECT $32::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $33::bigint, $34::timestamptz, $35, v.outcome, $36, v.account_id, v.session_id, v.attempt_id,
      $37, $38, $39, CASE WHEN (v.outcome = ANY($40::text[])
    OR (v.account_id IS NULL AND $41::text <> ALL($42::text[]))) THEN $43::text || md5(concat_ws(' ', $44::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $45::text END
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
--   CTE carried_over_attempts
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((status = 'open'::text) AND ((f_2.security_stamp - 1) = security_stamp) AND (purpose = ANY ($9)))
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using totp_factors_pkey on totp_factors t
--                       Index Cond: (account_id = f_3.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_4
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_4.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_5
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f_5.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_5.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 16
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_6
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_2.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 26
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_7
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_3.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   InitPlan 29
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $8)
--   InitPlan 30
--     ->  CTE Scan on changed changed_1
