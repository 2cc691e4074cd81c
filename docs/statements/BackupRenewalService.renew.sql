-- BackupRenewalService.renew

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
guarded AS (SELECT account_id, session_id FROM fresh WHERE second_factor <> 'none'),
backup_codes_dropped AS (DELETE FROM backup_codes b USING guarded f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $10::timestamptz FROM (
          SELECT f.account_id, h.hash, h.sealed FROM guarded f, unnest($11::text[], $12::text[]) AS h (hash, sealed)
          WHERE f.account_id = $13::bigint) c RETURNING account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN guarded f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $14::bigint, $15::bigint, r.account_id, $16,
      $17::boolean, $18, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $19::text END,
      $20::timestamptz, $21::timestamptz, $22::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $23::timestamptz END, r.withheld, (SELECT c FROM unnest($24::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN guarded f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $25::bigint, $26::bigint, r.account_id, $27,
      $28::boolean, $29, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $30::text END,
      $31::timestamptz, $32::timestamptz, $33::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $34::timestamptz END, r.withheld, (SELECT c FROM unnest($35::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (SELECT $36::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM guarded),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[])
    OR (v.account_id IS NULL AND $45::text <> ALL($46::text[]))) THEN $47::text || md5(concat_ws(' ', $48::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $49::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh, EXISTS (SELECT FROM guarded) AS renewed;

-- Plan, with any values:
-- Result
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
--   CTE guarded
--     ->  CTE Scan on fresh
--           Filter: (second_factor <> 'none'::text)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on guarded f_1
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f_1.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_1.account_id)
--   CTE backup_codes_issued
--     ->  Insert on backup_codes
--           ->  Nested Loop
--                 ->  CTE Scan on guarded f_2
--                       Filter: (account_id = $13)
--                 ->  Function Scan on h
--   CTE message
--     ->  Insert on messages
--           InitPlan 15
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on guarded f_3
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 7
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 9
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 11
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_2.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 25
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on guarded f_4
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_3.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on guarded
--   InitPlan 28
--     ->  CTE Scan on fresh fresh_1
--   InitPlan 29
--     ->  CTE Scan on guarded guarded_1
