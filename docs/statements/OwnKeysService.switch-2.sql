-- OwnKeysService.switch

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
found AS (
      SELECT c.id, c.account_id, c.revoked_at IS NULL AS is_active, c.kind <> 'RecoveryKey' AND NOT EXISTS (
        SELECT FROM credentials o WHERE o.account_id = c.account_id AND o.id <> c.id AND o.kind <> 'RecoveryKey'
          AND o.revoked_at IS NULL) AS is_last
      FROM credentials c JOIN session f USING (account_id)
      WHERE c.uuid = $5::uuid AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL)),
switched AS (
      UPDATE credentials c SET revoked_at = NULL::timestamptz, deactivated_at = NULL::timestamptz FROM found k
      WHERE c.id = k.id AND k.is_active <> $6::boolean AND ($7::boolean OR NOT k.is_last) RETURNING c.account_id),
change AS (
      SELECT f.account_id, CASE WHEN k.id IS NULL THEN 'absent' WHEN k.is_active = $8::boolean THEN 'unchanged'
        WHEN EXISTS (SELECT FROM switched) THEN 'changed' ELSE 'last' END AS outcome
      FROM session f LEFT JOIN found k ON true),
verdict AS (
        SELECT c.outcome, s.account_id, s.session_id, NULL::bigint AS attempt_id FROM change c JOIN session s USING (account_id)),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN switched f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $9::bigint, $10::bigint, r.account_id, $11,
      $12::boolean, $13, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $14::text END,
      $15::timestamptz, $16::timestamptz, $17::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $18::timestamptz END, r.withheld, (SELECT c FROM unnest($19::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN switched f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $20::bigint, $21::bigint, r.account_id, $22,
      $23::boolean, $24, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $25::text END,
      $26::timestamptz, $27::timestamptz, $28::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $29::timestamptz END, r.withheld, (SELECT c FROM unnest($30::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $31::bigint, $32::timestamptz, $33, v.outcome, $34, v.account_id, v.session_id, v.attempt_id,
      $35, $36, $37, CASE WHEN (v.outcome = ANY($38::text[])
    OR (v.account_id IS NULL AND $39::text <> ALL($40::text[]))) THEN $41::text || md5(concat_ws(' ', $42::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $43::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE session
--     ->  Nested Loop
--           ->  Index Scan using sessions_token_hash_key on sessions s
--                 Index Cond: (token_hash = $1)
--                 Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--           ->  Index Scan using accounts_pkey on accounts o
--                 Index Cond: (id = s.account_id)
--                 Filter: (security_stamp <= s.security_stamp)
--   CTE found
--     ->  Nested Loop
--           Join Filter: (f.account_id = c.account_id)
--           ->  Index Scan using credentials_uuid_key on credentials c
--                 Index Cond: (uuid = $5)
--                 Filter: ((revoked_at IS NULL) OR (deactivated_at IS NOT NULL))
--           ->  CTE Scan on session f
--           SubPlan 2
--             ->  Index Scan using credentials_account on credentials o_1
--                   Index Cond: (account_id = c.account_id)
--                   Filter: ((revoked_at IS NULL) AND (id <> c.id) AND (kind <> 'RecoveryKey'::text))
--   CTE switched
--     ->  Update on credentials c_1
--           ->  Nested Loop
--                 ->  CTE Scan on found k
--                       Filter: (($7 OR (NOT is_last)) AND (is_active <> $6))
--                 ->  Index Scan using credentials_pkey on credentials c_1
--                       Index Cond: (id = k.id)
--   CTE verdict
--     ->  Nested Loop Left Join
--           InitPlan 5
--             ->  CTE Scan on switched
--           ->  Nested Loop
--                 Join Filter: (f_1.account_id = s_1.account_id)
--                 ->  CTE Scan on session f_1
--                 ->  CTE Scan on session s_1
--           ->  CTE Scan on found k_1
--   CTE message
--     ->  Insert on messages
--           InitPlan 15
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on switched f_2
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 7
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a.email))
--                 SubPlan 9
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a.email))
--                 SubPlan 11
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a.email))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 25
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on switched f_3
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_1.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
