-- AccountDeletion.ask

WITH of_account AS (SELECT $1::bigint AS account_id),
asked AS (
    UPDATE accounts a SET deletion_due_at = $2::timestamptz, shut_by_deletion = a.shut_by_deletion OR a.disabled_at IS NULL,
      disabled_at = coalesce(a.disabled_at, $3::timestamptz), security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id AND coalesce(a.deletion_due_at, 'infinity') > $5::timestamptz
    RETURNING a.id AS account_id, a.security_stamp, a.deletion_due_at),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM asked f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM asked f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $9::timestamptz, end_reason = $10 FROM asked f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM asked f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN asked f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $13::bigint, $14::bigint, r.account_id, $15,
      $16::boolean, $17, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $18::text END,
      $19::timestamptz, $20::timestamptz, $21::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $22::timestamptz END, r.withheld, (SELECT c FROM unnest($23::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN asked f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $24::bigint, $25::bigint, r.account_id, $26,
      $27::boolean, $28, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $29::text END,
      $30::timestamptz, $31::timestamptz, $32::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $33::timestamptz END, r.withheld, (SELECT c FROM unnest($34::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (SELECT $35::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM asked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $36::bigint, $37::timestamptz, $38, v.outcome, $39, v.account_id, v.session_id, v.attempt_id,
      $40, $41, $42, CASE WHEN (v.outcome = ANY($43::text[])
    OR (v.account_id IS NULL AND $44::text <> ALL($45::text[]))) THEN $46::text || md5(concat_ws(' ', $47::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $48::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT deletion_due_at FROM asked) AS due_at, (SELECT sessions FROM live) AS sessions) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE asked
--     ->  Update on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $1)
--                 Filter: (COALESCE(deletion_due_at, 'infinity'::timestamp with time zone) > $5)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on asked f
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE ended_2
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_2
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE spent_links
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_3
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($12)))
--   CTE message
--     ->  Insert on messages
--           InitPlan 14
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_4
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 6
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_2.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 24
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_5
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_3.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on asked
--   InitPlan 27
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                 ->  CTE Scan on spent_links
--   InitPlan 28
--     ->  CTE Scan on asked asked_1
--   InitPlan 29
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $8)
