-- RecoveryDelayService.complete

WITH ended AS (
      UPDATE pending_recoveries p SET ended_at = $1::timestamptz,
        end_reason = CASE WHEN a.disabled_at IS NULL THEN 'completed' ELSE 'account_disabled' END
      FROM accounts a WHERE p.id = $2::bigint AND p.ended_at IS NULL AND a.id = p.account_id
      RETURNING p.account_id, p.credentials, p.totp_sealed, p.end_reason),
taken AS (SELECT account_id, credentials, totp_sealed FROM ended WHERE end_reason = 'completed'),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM taken),
revoked AS (
    UPDATE credentials c SET revoked_at = coalesce(c.revoked_at, $4::timestamptz), deactivated_at = NULL FROM taken f
    WHERE c.account_id = f.account_id AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL) RETURNING c.id),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $5::timestamptz
    FROM taken f, (SELECT count(*) FROM revoked) done,
      jsonb_to_recordset((SELECT credentials FROM taken)) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
raised AS (
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $6::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' AND (SELECT totp_sealed FROM taken) IS NOT NULL THEN 'totp' ELSE a.second_factor END
      FROM taken f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
unprotected AS (
      SELECT a.id AS account_id FROM accounts a JOIN taken f ON f.account_id = a.id
      WHERE a.second_factor = 'none' AND (SELECT totp_sealed FROM taken) IS NOT NULL),
authenticator AS (
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, (SELECT totp_sealed FROM taken), $7::bigint, $8::timestamptz FROM unprotected u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id),
ended_2 AS (
      UPDATE sessions s SET ended_at = $9::timestamptz, end_reason = $10 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN taken f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $11::bigint, $12::bigint, r.account_id, $13,
      $14::boolean, $15, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $16::text END,
      $17::timestamptz, $18::timestamptz, $19::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $20::timestamptz END, r.withheld, (SELECT c FROM unnest($21::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN taken f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $22::bigint, $23::bigint, r.account_id, $24,
      $25::boolean, $26, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $27::text END,
      $28::timestamptz, $29::timestamptz, $30::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $31::timestamptz END, r.withheld, (SELECT c FROM unnest($32::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
recipient_3 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told_3 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_3 r WHERE r.address IS NOT NULL),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $33::bigint, $34::bigint, r.account_id, $35,
      $36::boolean, $37, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $38::text END,
      $39::timestamptz, $40::timestamptz, $41::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $42::timestamptz END, r.withheld, (SELECT c FROM unnest($43::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_3 r
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_4 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_4 r WHERE r.address IS NOT NULL),
message_4 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $44::bigint, $45::bigint, r.account_id, $46,
      $47::boolean, $48, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $49::text END,
      $50::timestamptz, $51::timestamptz, $52::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $53::timestamptz END, r.withheld, (SELECT c FROM unnest($54::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_4 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $55::bigint, $56::timestamptz, $57, v.outcome, $58, v.account_id, v.session_id, v.attempt_id,
      $59, $60, $61, CASE WHEN (v.outcome = ANY($62::text[])
    OR (v.account_id IS NULL AND $63::text <> ALL($64::text[]))) THEN $65::text || md5(concat_ws(' ', $66::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $67::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id),
refused AS (SELECT account_id FROM ended WHERE end_reason <> 'completed'),
verdict_2 AS (SELECT $68::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM refused),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $69::bigint, $70::timestamptz, $71, v.outcome, $72, v.account_id, v.session_id, v.attempt_id,
      $73, $74, $75, CASE WHEN (v.outcome = ANY($76::text[])
    OR (v.account_id IS NULL AND $77::text <> ALL($78::text[]))) THEN $79::text || md5(concat_ws(' ', $80::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $81::text END
    FROM verdict_2 v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE ended
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  Index Scan using pending_recoveries_pkey on pending_recoveries p
--                       Index Cond: (id = $2)
--                       Filter: (ended_at IS NULL)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = p.account_id)
--   CTE taken
--     ->  CTE Scan on ended
--           Filter: (end_reason = 'completed'::text)
--   CTE verdict
--     ->  CTE Scan on taken
--   CTE revoked
--     ->  Update on credentials c
--           ->  Nested Loop
--                 ->  CTE Scan on taken f
--                 ->  Index Scan using credentials_account on credentials c
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((revoked_at IS NULL) OR (deactivated_at IS NOT NULL))
--   CTE inserted
--     ->  Insert on credentials
--           InitPlan 5
--             ->  CTE Scan on taken taken_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on taken f_1
--                       ->  Aggregate
--                             ->  CTE Scan on revoked
--                 ->  Function Scan on jsonb_to_recordset n
--   CTE raised
--     ->  Update on accounts a_1
--           InitPlan 7
--             ->  CTE Scan on taken taken_2
--           ->  Nested Loop
--                 ->  CTE Scan on taken f_2
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_2.account_id)
--   CTE authenticator
--     ->  Insert on totp_factors
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: totp_factors_pkey
--           InitPlan 9
--             ->  CTE Scan on taken taken_3
--           InitPlan 10
--             ->  CTE Scan on taken taken_4
--           ->  Result
--                 One-Time Filter: ((InitPlan 10).col1 IS NOT NULL)
--                 ->  Nested Loop
--                       ->  CTE Scan on taken f_3
--                       ->  Index Scan using accounts_pkey on accounts a_2
--                             Index Cond: (id = f_3.account_id)
--                             Filter: (second_factor = 'none'::text)
--   CTE ended_2
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_4
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_4.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE message
--     ->  Insert on messages
--           InitPlan 22
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on taken f_5
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_3.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 32
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on taken f_6
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.phone))
--   CTE message_3
--     ->  Insert on messages messages_2
--           InitPlan 42
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m_2
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on authenticator f_7
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 34
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 36
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 38
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 40
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_5.email))
--   CTE message_4
--     ->  Insert on messages messages_3
--           InitPlan 52
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_3
--                               Index Cond: (reference = c_4.c)
--           ->  Nested Loop
--                 ->  CTE Scan on authenticator f_8
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_8.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 44
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 46
--                   ->  Seq Scan on suppressed_addresses b_13
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 48
--                   ->  Seq Scan on suppressed_addresses b_14
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 50
--                   ->  Seq Scan on suppressed_addresses b_15
--                         Filter: (address = lower(a_6.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   CTE audited_2
--     ->  Insert on audit_events e_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on ended ended_1
--                 Filter: (end_reason <> 'completed'::text)
