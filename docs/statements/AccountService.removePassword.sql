-- AccountService.removePassword

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
    UPDATE accounts a SET password_hash = NULL, password_changed_at = $10::timestamptz,
      security_stamp = a.security_stamp + 1, updated_at = $11::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp AND a.password_hash IS NOT NULL
      AND ((a.email IS NOT NULL AND a.activated_at IS NOT NULL AND a.second_factor <> 'email')
  OR EXISTS (SELECT FROM credentials o WHERE o.account_id = a.id AND o.kind <> 'RecoveryKey' AND o.revoked_at IS NULL
    AND o.id IS DISTINCT FROM NULL::bigint)
  OR EXISTS (SELECT FROM external_identities i WHERE i.account_id = a.id))
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($12::text[])
        ORDER BY array_position($13::text[], key) FOR UPDATE) RETURNING key),
ended AS (
      UPDATE sessions s SET ended_at = $14::timestamptz, end_reason = $15 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.id = $16::bigint) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.id = $17::bigint) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
proven AS (SELECT account_id FROM changed WHERE activated_at IS NOT NULL),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $18::bigint, $19::bigint, r.account_id, $20,
      $21::boolean, $22, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $23::text END,
      $24::timestamptz, $25::timestamptz, $26::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $27::timestamptz END, r.withheld, (SELECT c FROM unnest($28::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $29::bigint, $30::bigint, r.account_id, $31,
      $32::boolean, $33, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $34::text END,
      $35::timestamptz, $36::timestamptz, $37::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $38::timestamptz END, r.withheld, (SELECT c FROM unnest($39::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $40::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $41::bigint, $42::timestamptz, $43, v.outcome, $44, v.account_id, v.session_id, v.attempt_id,
      $45, $46, $47, CASE WHEN (v.outcome = ANY($48::text[])
    OR (v.account_id IS NULL AND $49::text <> ALL($50::text[]))) THEN $51::text || md5(concat_ws(' ', $52::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $53::text END
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
--                       Filter: ((password_hash IS NOT NULL) AND (((email IS NOT NULL) AND (activated_at IS NOT NULL) AND (second_factor <> 'email'::text)) OR EXISTS(SubPlan 3) OR EXISTS(SubPlan 5)))
--                       SubPlan 3
--                         ->  Index Scan using credentials_account on credentials o_2
--                               Index Cond: (account_id = a_1.id)
--                               Filter: ((revoked_at IS NULL) AND (kind <> 'RecoveryKey'::text) AND (id IS DISTINCT FROM NULL::bigint))
--                       SubPlan 5
--                         ->  Index Only Scan using external_identities_account on external_identities i
--                               Index Cond: (account_id = a_1.id)
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($13, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($12))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_1
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (id <> $16))
--   CTE carried_over
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 Join Filter: ((f_2.account_id = s_3.account_id) AND ((f_2.security_stamp - 1) = s_3.security_stamp))
--                 ->  Index Scan using sessions_pkey on sessions s_3
--                       Index Cond: (id = $17)
--                       Filter: (ended_at IS NULL)
--                 ->  CTE Scan on changed f_2
--   CTE proven
--     ->  CTE Scan on changed changed_1
--           Filter: (activated_at IS NOT NULL)
--   CTE message
--     ->  Insert on messages
--           InitPlan 20
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
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_3.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 30
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
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_2
