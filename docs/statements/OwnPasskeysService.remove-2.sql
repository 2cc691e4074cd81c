-- OwnPasskeysService.remove

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
revoked AS (
    UPDATE credentials c SET revoked_at = $10::timestamptz FROM fresh f JOIN accounts a ON a.id = f.account_id
    WHERE c.account_id = f.account_id AND c.id::text = $11 AND c.kind = 'Fido2' AND c.revoked_at IS NULL
      AND (a.password_hash IS NOT NULL OR ((a.email IS NOT NULL AND a.activated_at IS NOT NULL AND a.second_factor <> 'email')
  OR EXISTS (SELECT FROM credentials o WHERE o.account_id = a.id AND o.kind <> 'RecoveryKey' AND o.revoked_at IS NULL
    AND o.id IS DISTINCT FROM c.id)
  OR EXISTS (SELECT FROM external_identities i WHERE i.account_id = a.id)))
    RETURNING c.account_id),
verdict AS (
    SELECT CASE WHEN f.session_id IS NULL THEN 'stale' WHEN d.account_id IS NULL THEN 'absent' ELSE $12::text END AS outcome,
      s.account_id, s.session_id, NULL::bigint AS attempt_id
    FROM session s LEFT JOIN fresh f ON true LEFT JOIN revoked d ON true),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN revoked f ON f.account_id = a.id WHERE a.email IS NOT NULL),
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
    FROM accounts a JOIN revoked f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
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
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[])
    OR (v.account_id IS NULL AND $43::text <> ALL($44::text[]))) THEN $45::text || md5(concat_ws(' ', $46::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $47::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
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
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--   CTE revoked
--     ->  Update on credentials c
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on fresh f_1
--                       ->  Index Scan using accounts_pkey on accounts a_2
--                             Index Cond: (id = f_1.account_id)
--                 ->  Index Scan using credentials_account on credentials c
--                       Index Cond: (account_id = a_2.id)
--                       Filter: ((revoked_at IS NULL) AND (kind = 'Fido2'::text) AND ((id)::text = $11) AND ((a_2.password_hash IS NOT NULL) OR ((a_2.email IS NOT NULL) AND (a_2.activated_at IS NOT NULL) AND (a_2.second_factor <> 'email'::text)) OR EXISTS(SubPlan 4) OR EXISTS(SubPlan 5)))
--                       SubPlan 4
--                         ->  Index Scan using credentials_account on credentials o_2
--                               Index Cond: (account_id = a_2.id)
--                               Filter: ((revoked_at IS NULL) AND (kind <> 'RecoveryKey'::text) AND (id IS DISTINCT FROM c.id))
--                       SubPlan 5
--                         ->  Index Only Scan using external_identities_account on external_identities i
--                               Index Cond: (account_id = a_2.id)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on session s_2
--                 ->  CTE Scan on fresh f_2
--           ->  CTE Scan on revoked d
--   CTE message
--     ->  Insert on messages
--           InitPlan 17
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on revoked f_3
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 9
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 11
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 15
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_3.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 27
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on revoked f_4
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
