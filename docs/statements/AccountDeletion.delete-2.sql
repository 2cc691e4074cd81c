-- AccountDeletion.delete

WITH deleted AS (
    DELETE FROM accounts a WHERE a.id = $1::bigint AND a.deletion_due_at <= $2::timestamptz AND a.disabled_at IS NOT NULL
    RETURNING a.id AS account_id, a.email, a.phone, a.language),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM deleted),
forgotten_sign_ups AS (
    DELETE FROM browser_attempts a USING sessions s, deleted f WHERE s.account_id = f.account_id AND a.id = s.browser_attempt_id
    RETURNING a.id),
budgets AS (
    DELETE FROM guess_budgets WHERE subject IN (SELECT account_id::text FROM deleted) RETURNING subject),
windows AS (
    DELETE FROM send_windows w USING deleted f
    WHERE substring(w.subject FROM '^(?:[a-z]+:)?([0-9]+)(?: |$)') = f.account_id::text RETURNING w.subject),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM deleted) RETURNING key),
forgotten_messages AS (DELETE FROM messages m USING deleted f WHERE m.account_id = f.account_id RETURNING m.reference),
forgotten_reports AS (DELETE FROM delivery_events d USING forgotten_messages m WHERE d.reference = m.reference RETURNING d.id),
forgotten_suppressions AS (
    DELETE FROM suppressed_addresses b USING deleted f WHERE b.address IN (lower(f.email), f.phone) RETURNING b.address),
forgotten AS (
    UPDATE audit_events e SET client_address = NULL, user_agent = NULL, request_id = NULL,
      repeat_key = CASE WHEN e.repeat_key >= 'k' AND e.repeat_key < 'l' THEN e.repeat_key
        WHEN e.repeat_key >= 'r' AND e.repeat_key < 's' THEN left(e.repeat_key, 9) || e.id END
    FROM deleted f WHERE e.account_id = f.account_id AND (e.protocol = ANY($4::text[])) IS NOT TRUE
      AND (SELECT set_config('countersign.audit_forgets', $5::text, true)) IS NOT NULL
    RETURNING e.id),
forgotten_stream AS (UPDATE event_stream s SET client_address = NULL, request_id = NULL FROM forgotten f WHERE s.id = f.id RETURNING s.id),
recipient_2 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN deleted f ON f.account_id = a.id WHERE a.email IS NOT NULL),
recipient AS (SELECT address, language, NULL::bigint AS account_id FROM recipient_2),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $6::bigint, $7::bigint, r.account_id, $8,
      $9::boolean, $10, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $11::text END,
      $12::timestamptz, $13::timestamptz, $14::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $15::timestamptz END, r.withheld, (SELECT c FROM unnest($16::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN deleted f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
recipient_3 AS (SELECT address, language, NULL::bigint AS account_id FROM recipient_4),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_3 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $17::bigint, $18::bigint, r.account_id, $19,
      $20::boolean, $21, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $22::text END,
      $23::timestamptz, $24::timestamptz, $25::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $26::timestamptz END, r.withheld, (SELECT c FROM unnest($27::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $28::bigint, $29::timestamptz, $30, v.outcome, $31, v.account_id, v.session_id, v.attempt_id,
      $32, $33, $34, CASE WHEN (v.outcome = ANY($35::text[])
    OR (v.account_id IS NULL AND $36::text <> ALL($37::text[]))) THEN $38::text || md5(concat_ws(' ', $39::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $40::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE deleted
--     ->  Delete on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NOT NULL) AND (deletion_due_at <= $2))
--   CTE verdict
--     ->  CTE Scan on deleted
--   CTE forgotten_sign_ups
--     ->  Delete on browser_attempts a_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on deleted f
--                       ->  Index Scan using sessions_account on sessions s
--                             Index Cond: (account_id = f.account_id)
--                 ->  Index Scan using browser_attempts_pkey on browser_attempts a_1
--                       Index Cond: (id = s.browser_attempt_id)
--   CTE budgets
--     ->  Delete on guess_budgets
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: (deleted_1.account_id)::text
--                       ->  CTE Scan on deleted deleted_1
--                 ->  Bitmap Heap Scan on guess_budgets
--                       Recheck Cond: ((deleted_1.account_id)::text = subject)
--                       ->  Bitmap Index Scan on guess_budgets_pkey
--                             Index Cond: (subject = (deleted_1.account_id)::text)
--   CTE windows
--     ->  Delete on send_windows w
--           ->  Hash Join
--                 Hash Cond: ("substring"(w.subject, '^(?:[a-z]+:)?([0-9]+)(?: |$)'::text) = (f_1.account_id)::text)
--                 ->  Seq Scan on send_windows w
--                 ->  Hash
--                       ->  CTE Scan on deleted f_1
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: ('account '::text || (deleted_2.account_id)::text)
--                       ->  CTE Scan on deleted deleted_2
--                 ->  Index Scan using password_failures_login on password_failures
--                       Index Cond: (login = ('account '::text || (deleted_2.account_id)::text))
--   CTE forgotten_messages
--     ->  Delete on messages m
--           ->  Nested Loop
--                 ->  CTE Scan on deleted f_2
--                 ->  Index Scan using messages_account on messages m
--                       Index Cond: (account_id = f_2.account_id)
--   CTE forgotten_reports
--     ->  Delete on delivery_events d
--           ->  Nested Loop
--                 Join Filter: (d.reference = m_1.reference)
--                 ->  Seq Scan on delivery_events d
--                 ->  CTE Scan on forgotten_messages m_1
--   CTE forgotten_suppressions
--     ->  Delete on suppressed_addresses b
--           ->  Nested Loop
--                 Join Filter: ((b.address = lower(f_3.email)) OR (b.address = f_3.phone))
--                 ->  Seq Scan on suppressed_addresses b
--                 ->  CTE Scan on deleted f_3
--   CTE forgotten
--     ->  Update on audit_events e
--           Update on audit_events_kept_20261101 e_1
--           Update on audit_events_kept_20261201 e_2
--           Update on audit_events_kept_20270101 e_3
--           Update on audit_events_kept_other e_4
--           Update on audit_events_refused_20261130 e_5
--           Update on audit_events_refused_20261207 e_6
--           Update on audit_events_refused_20261214 e_7
--           Update on audit_events_refused_other e_8
--           Update on audit_events_former e_9
--           InitPlan 10
--             ->  Result
--           ->  Result
--                 One-Time Filter: ((InitPlan 10).col1 IS NOT NULL)
--                 ->  Nested Loop
--                       ->  CTE Scan on deleted f_4
--                       ->  Append
--                             ->  Seq Scan on audit_events_kept_20261101 e_1
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_kept_20261201 e_2
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_kept_20270101 e_3
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_kept_other e_4
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_refused_20261130 e_5
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_refused_20261207 e_6
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_refused_20261214 e_7
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Seq Scan on audit_events_refused_other e_8
--                                   Filter: ((f_4.account_id = account_id) AND ((protocol = ANY ($4)) IS NOT TRUE))
--                             ->  Index Scan using audit_events_former_account on audit_events_former e_9
--                                   Index Cond: (account_id = f_4.account_id)
--                                   Filter: ((protocol = ANY ($4)) IS NOT TRUE)
--   CTE forgotten_stream
--     ->  Update on event_stream s_1
--           ->  Nested Loop
--                 Join Filter: (s_1.id = f_5.id)
--                 ->  Seq Scan on event_stream s_1
--                 ->  CTE Scan on forgotten f_5
--   CTE message
--     ->  Insert on messages
--           InitPlan 21
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m_2
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on deleted f_6
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 15
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_2.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 31
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_3
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on deleted f_7
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_3.phone))
--   CTE audited
--     ->  Insert on audit_events e_10
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
