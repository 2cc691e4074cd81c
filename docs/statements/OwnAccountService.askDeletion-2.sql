-- OwnAccountService.askDeletion

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
asked AS (
    UPDATE accounts a SET deletion_due_at = $10::timestamptz, shut_by_deletion = a.shut_by_deletion OR a.disabled_at IS NULL,
      disabled_at = coalesce(a.disabled_at, $11::timestamptz), security_stamp = a.security_stamp + 1, updated_at = $12::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND coalesce(a.deletion_due_at, 'infinity') > $13::timestamptz
    RETURNING a.id AS account_id, a.security_stamp, a.deletion_due_at),
ended AS (
      UPDATE sessions s SET ended_at = $14::timestamptz, end_reason = $15 FROM asked f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM asked f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $16::timestamptz, end_reason = $17 FROM asked f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $18::timestamptz
      FROM asked f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($19::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN asked f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $20::bigint, $21::bigint, r.account_id, $22,
      $23::boolean, $24, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $25::text END,
      $26::timestamptz, $27::timestamptz, $28::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $29::timestamptz END, r.withheld, (SELECT c FROM unnest($30::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN asked f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34::boolean, $35, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $36::text END,
      $37::timestamptz, $38::timestamptz, $39::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $40::timestamptz END, r.withheld, (SELECT c FROM unnest($41::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (SELECT $42::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM asked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[])
    OR (v.account_id IS NULL AND $51::text <> ALL($52::text[]))) THEN $53::text || md5(concat_ws(' ', $54::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $55::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM asked) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_pkey on sessions s
--                             Index Cond: (id = $1)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = o.id)
--                       Filter: (disabled_at IS NULL)
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_1.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (id = $4) AND (protocol = $5) AND (o_1.security_stamp <= security_stamp))
--   CTE asked
--     ->  Update on accounts a_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on session
--                             Filter: (stage = 'signed_in'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_2
--                             Index Cond: (id = session.account_id)
--                             Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = a_2.id)
--                       Filter: (COALESCE(deletion_due_at, 'infinity'::timestamp with time zone) > $13)
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_1
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_3
--           ->  Result
--                 One-Time Filter: false
--   CTE ended_2
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_3
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE spent_links
--     ->  Update on attempts a_3
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_4
--                 ->  Index Scan using attempts_account on attempts a_3
--                       Index Cond: (account_id = f_4.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($19)))
--   CTE message
--     ->  Insert on messages
--           InitPlan 16
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_5
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_4.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 26
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_6
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_5.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on asked asked_1
--   InitPlan 29
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                 ->  CTE Scan on spent_links
--   ->  Result
--   ->  CTE Scan on asked
