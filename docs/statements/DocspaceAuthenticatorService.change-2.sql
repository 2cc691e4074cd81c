-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
backup_codes_dropped AS (DELETE FROM backup_codes b USING fresh f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $7::timestamptz FROM (
          SELECT f.account_id, h.hash, h.sealed FROM fresh f, unnest($8::text[], $9::text[]) AS h (hash, sealed)
          WHERE f.account_id = $10::bigint) c RETURNING account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN fresh f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $11::bigint, $12::bigint, r.account_id, $13,
      $14::boolean, $15, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $16::text END,
      $17::timestamptz, $18::timestamptz, $19::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $20::timestamptz END, r.withheld, (SELECT c FROM unnest($21::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN fresh f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $22::bigint, $23::bigint, r.account_id, $24,
      $25::boolean, $26, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $27::text END,
      $28::timestamptz, $29::timestamptz, $30::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $31::timestamptz END, r.withheld, (SELECT c FROM unnest($32::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM fresh c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $33::bigint, $34::timestamptz, $35, v.outcome, $36, v.account_id, v.session_id, v.attempt_id,
      $37, $38, $39, CASE WHEN (v.outcome = ANY($40::text[])
    OR (v.account_id IS NULL AND $41::text <> ALL($42::text[]))) THEN $43::text || md5(concat_ws(' ', $44::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $45::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh;

-- Plan, with any values:
-- Result
--   CTE fresh
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (o.security_stamp <= s.security_stamp)
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (signed_in_at > $6) AND (token_hash = $2) AND (protocol = $3) AND (stage = $4))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = $1)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f.account_id)
--   CTE backup_codes_issued
--     ->  Insert on backup_codes
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_1
--                       Filter: (account_id = $10)
--                 ->  Function Scan on h
--   CTE message
--     ->  Insert on messages
--           InitPlan 12
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_2
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 4
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a.email))
--                 SubPlan 6
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a.email))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 22
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_3
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_1.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  Nested Loop
--                 Join Filter: (c_2.account_id = s_1.account_id)
--                 ->  CTE Scan on fresh c_2
--                 ->  CTE Scan on fresh s_1
--   InitPlan 25
--     ->  CTE Scan on fresh
