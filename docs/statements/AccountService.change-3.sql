-- AccountService.change

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
changed AS (
    UPDATE accounts a SET
      username = coalesce($10, a.username),
      first_name = coalesce($11, a.first_name),
      last_name = coalesce($12, a.last_name),
      password_hash = coalesce($13, a.password_hash),
      password_changed_at = CASE WHEN $14::text IS NULL THEN a.password_changed_at ELSE $15::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN $16::text IS NULL THEN 0 ELSE 1 END,
      updated_at = $17::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
ended AS (
      UPDATE sessions s SET ended_at = $18::timestamptz, end_reason = $19 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.id = $20::bigint) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.id = $21::bigint) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
proven AS (SELECT account_id FROM changed WHERE activated_at IS NOT NULL),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $22::bigint, $23::bigint, r.account_id, $24,
      $25::boolean, $26, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $27::text END,
      $28::timestamptz, $29::timestamptz, $30::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $31::timestamptz END, r.withheld, (SELECT c FROM unnest($32::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $33::bigint, $34::bigint, r.account_id, $35,
      $36::boolean, $37, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $38::text END,
      $39::timestamptz, $40::timestamptz, $41::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $42::timestamptz END, r.withheld, (SELECT c FROM unnest($43::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $44::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $45::bigint, $46::timestamptz, $47, v.outcome, $48, v.account_id, v.session_id, v.attempt_id,
      $49, $50, $51, CASE WHEN (v.outcome = ANY($52::text[])
    OR (v.account_id IS NULL AND $53::text <> ALL($54::text[]))) THEN $55::text || md5(concat_ws(' ', $56::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $57::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
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
--   CTE changed
--     ->  Update on accounts a_1
--           ->  Nested Loop
--                 Join Filter: (session.security_stamp = a_1.security_stamp)
--                 ->  Nested Loop
--                       ->  CTE Scan on session
--                             Filter: (stage = 'signed_in'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_2
--                             Index Cond: (id = session.account_id)
--                             Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = a_2.id)
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_1
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (id <> $20))
--   CTE carried_over
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 Join Filter: ((f_2.account_id = s_3.account_id) AND ((f_2.security_stamp - 1) = s_3.security_stamp))
--                 ->  Index Scan using sessions_pkey on sessions s_3
--                       Index Cond: (id = $21)
--                       Filter: (ended_at IS NULL)
--                 ->  CTE Scan on changed f_2
--   CTE proven
--     ->  CTE Scan on changed changed_1
--           Filter: (activated_at IS NOT NULL)
--   CTE message
--     ->  Insert on messages
--           InitPlan 15
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_3
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 7
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 9
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 11
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_3.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 25
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_4
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_2
