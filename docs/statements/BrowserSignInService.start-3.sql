-- BrowserSignInService.start

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
browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $7::bigint AND b.token_hash = $8 AND b.expires_at > $9::timestamptz FOR UPDATE),
claimed AS (
      UPDATE browser_attempts a SET account_id = f.account_id, subject = f.account_id::text FROM browser b, admitted f
      WHERE a.id = $10::bigint AND a.browser_session_id = b.browser_session_id AND a.account_id IS NULL
        AND a.expires_at > $11::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      RETURNING a.id, a.subject, a.account_id, NULL::bigint AS session_id),
owner AS (SELECT h.* FROM admitted h WHERE EXISTS (SELECT FROM claimed)),
surplus AS (
    UPDATE sessions SET ended_at = $12::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $13::timestamptz DESC,
            l.client_address = $14, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $15::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN owner f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $16::int ELSE $17::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $18::bigint, f.account_id, $19, $20::text, $21, jsonb_build_array(jsonb_build_object('method', $22::text, 'at', $23::text)), $24, $25,
      $26::timestamptz, CASE WHEN ($27::text) = 'signed_in' THEN $28::timestamptz END, $29::timestamptz,
      CASE WHEN ($30::text) = 'signed_in' THEN $31::timestamptz ELSE $32::timestamptz END, $33,
      $34::timestamptz, b.browser_session_id, $35::bigint, f.security_stamp
    FROM owner f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $36::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $37::bigint, $38::bigint, r.account_id, $39,
      $40::boolean, $41, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $42::text END,
      $43::timestamptz, $44::timestamptz, $45::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $46::timestamptz END, r.withheld, (SELECT c FROM unnest($47::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $48::bigint, $49::bigint, r.account_id, $50,
      $51::boolean, $52, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $53::text END,
      $54::timestamptz, $55::timestamptz, $56::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $57::timestamptz END, r.withheld, (SELECT c FROM unnest($58::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict_2 AS (SELECT $59::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM news),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $60::bigint, $61::timestamptz, $62, v.outcome, $63, v.account_id, v.session_id, v.attempt_id,
      $64, $65, $66, CASE WHEN (v.outcome = ANY($67::text[])
    OR (v.account_id IS NULL AND $68::text <> ALL($69::text[]))) THEN $70::text || md5(concat_ws(' ', $71::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $72::text END
    FROM verdict_2 v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $73, previous_token_hash = b.token_hash,
        rotated_at = $74::timestamptz, expires_at = $75::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $76::timestamptz, end_reason = 'replaced' FROM session p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $77::bigint, $78::timestamptz, $79, v.outcome, $80, v.account_id, v.session_id, v.attempt_id,
      $81, $82, $83, CASE WHEN (v.outcome = ANY($84::text[])
    OR (v.account_id IS NULL AND $85::text <> ALL($86::text[]))) THEN $87::text || md5(concat_ws(' ', $88::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $89::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
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
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $8)
--                 Filter: ((expires_at > $9) AND (id = $7))
--   CTE claimed
--     ->  Update on browser_attempts a
--           ->  Nested Loop
--                 ->  Nested Loop Anti Join
--                       ->  Nested Loop
--                             Join Filter: (b_1.browser_session_id = a.browser_session_id)
--                             ->  Index Scan using browser_attempts_pkey on browser_attempts a
--                                   Index Cond: (id = $10)
--                                   Filter: ((account_id IS NULL) AND (expires_at > $11))
--                             ->  CTE Scan on browser b_1
--                       ->  Index Scan using sessions_browser_attempt on sessions s
--                             Index Cond: (browser_attempt_id = $10)
--                 ->  CTE Scan on admitted f_2
--   CTE owner
--     ->  Result
--           One-Time Filter: (InitPlan 6).col1
--           InitPlan 6
--             ->  CTE Scan on claimed
--           ->  CTE Scan on admitted h
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $16 ELSE $17 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l_1.stage ORDER BY ((l_1.expires_at > $13)), ((l_1.client_address = $14)), (GREATEST(l_1.created_at, l_1.refresh_rotated_at, (l_1.expires_at - (($15)::double precision * '00:00:01'::interval)))), l_1.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l_1.stage, ((l_1.expires_at > $13)) DESC, ((l_1.client_address = $14)), (GREATEST(l_1.created_at, l_1.refresh_rotated_at, (l_1.expires_at - (($15)::double precision * '00:00:01'::interval)))) DESC, l_1.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on owner f_3
--                                                                       ->  Index Scan using sessions_account on sessions l_1
--                                                                             Index Cond: (account_id = f_3.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s_1
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on owner f_4
--                       ->  CTE Scan on browser b_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE news
--     ->  CTE Scan on linked
--           Filter: is_new
--   CTE message
--     ->  Insert on messages
--           InitPlan 20
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on news f_5
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_1.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 30
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on news f_6
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_2.phone))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_2.phone))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_2.phone))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_2.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on news
--   CTE rotated
--     ->  Update on browser_sessions b_11
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l_2
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_11
--                             Index Cond: (id = l_2.browser_session_id)
--                 ->  CTE Scan on session p
--   CTE replaced
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 Join Filter: ((s_2.id <> p_1.session_id) AND (p_1.account_id = s_2.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_12
--                       ->  Index Scan using sessions_browser on sessions s_2
--                             Index Cond: (browser_session_id = b_12.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on session p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited_2
--     ->  Insert on audit_events e_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
