-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $3, $4, f.account_id, $5, $6::timestamptz FROM held f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
admitted AS (SELECT f.* FROM held f JOIN linked l ON l.account_id = f.account_id),
surplus AS (
    UPDATE sessions SET ended_at = $7::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $8::timestamptz DESC,
            l.client_address = $9, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $10::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN admitted f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $11::int ELSE $12::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $13::bigint, f.account_id, $14, $15::text, $16, jsonb_build_array(jsonb_build_object('method', $17::text, 'at', $18::text)), $19, $20,
      $21::timestamptz, CASE WHEN ($22::text) = 'signed_in' THEN $23::timestamptz END, $24::timestamptz,
      CASE WHEN ($25::text) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM admitted f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $30::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34::boolean, $35, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $36::text END,
      $37::timestamptz, $38::timestamptz, $39::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $40::timestamptz END, r.withheld, (SELECT c FROM unnest($41::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $42::bigint, $43::bigint, r.account_id, $44,
      $45::boolean, $46, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $47::text END,
      $48::timestamptz, $49::timestamptz, $50::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $51::timestamptz END, r.withheld, (SELECT c FROM unnest($52::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (SELECT $53::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM news),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $54::bigint, $55::timestamptz, $56, v.outcome, $57, v.account_id, v.session_id, v.attempt_id,
      $58, $59, $60, CASE WHEN (v.outcome = ANY($61::text[])
    OR (v.account_id IS NULL AND $62::text <> ALL($63::text[]))) THEN $64::text || md5(concat_ws(' ', $65::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $66::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $67::bigint, $68::timestamptz, $69, v.outcome, $70, v.account_id, v.session_id, v.attempt_id,
      $71, $72, $73, CASE WHEN (v.outcome = ANY($74::text[])
    OR (v.account_id IS NULL AND $75::text <> ALL($76::text[]))) THEN $77::text || md5(concat_ws(' ', $78::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $79::text END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE linked
--     ->  Insert on external_identities i
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: external_identities_pkey
--           ->  CTE Scan on held f
--   CTE admitted
--     ->  Nested Loop
--           Join Filter: (f_1.account_id = l.account_id)
--           ->  CTE Scan on held f_1
--           ->  CTE Scan on linked l
--   CTE surplus
--     ->  Update on sessions
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".id
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Nested Loop
--                                         ->  HashAggregate
--                                               Group Key: r.id
--                                               ->  Subquery Scan on r
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $11 ELSE $12 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l_1.stage ORDER BY ((l_1.expires_at > $8)), ((l_1.client_address = $9)), (GREATEST(l_1.created_at, l_1.refresh_rotated_at, (l_1.expires_at - (($10)::double precision * '00:00:01'::interval)))), l_1.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l_1.stage, ((l_1.expires_at > $8)) DESC, ((l_1.client_address = $9)), (GREATEST(l_1.created_at, l_1.refresh_rotated_at, (l_1.expires_at - (($10)::double precision * '00:00:01'::interval)))) DESC, l_1.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on admitted f_2
--                                                                       ->  Index Scan using sessions_account on sessions l_1
--                                                                             Index Cond: (account_id = f_2.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on admitted f_3
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE opened
--     ->  CTE Scan on session
--   CTE news
--     ->  CTE Scan on linked
--           Filter: is_new
--   CTE message
--     ->  Insert on messages
--           InitPlan 16
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on news f_4
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a.email))
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a.email))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 26
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on news f_5
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_1.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on news
--   CTE audited_2
--     ->  Insert on audit_events e_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
