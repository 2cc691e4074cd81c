-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
authenticated AS (SELECT f.account_id FROM fresh f JOIN totp_factors t USING (account_id)),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $7::timestamptz FROM authenticated f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $8::timestamptz, end_reason = $9 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING raised f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING raised f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING raised f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN raised f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $10::bigint, $11::bigint, r.account_id, $12,
      $13::boolean, $14, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $15::text END,
      $16::timestamptz, $17::timestamptz, $18::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $19::timestamptz END, r.withheld, (SELECT c FROM unnest($20::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN raised f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $21::bigint, $22::bigint, r.account_id, $23,
      $24::boolean, $25, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $26::text END,
      $27::timestamptz, $28::timestamptz, $29::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $30::timestamptz END, r.withheld, (SELECT c FROM unnest($31::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM raised c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $32::bigint, $33::timestamptz, $34, v.outcome, $35, v.account_id, v.session_id, v.attempt_id,
      $36, $37, $38, CASE WHEN (v.outcome = ANY($39::text[])
    OR (v.account_id IS NULL AND $40::text <> ALL($41::text[]))) THEN $42::text || md5(concat_ws(' ', $43::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $44::text END
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
--   CTE raised
--     ->  Update on accounts a
--           ->  Nested Loop
--                 Join Filter: (t.account_id = f.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on fresh f
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using totp_factors_pkey on totp_factors t
--                       Index Cond: (account_id = a.id)
--   CTE ended
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_1
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_2
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_2.security_stamp - 1) = security_stamp))
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t_1
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_3
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_1
--                       Index Cond: (account_id = f_3.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_4
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_4.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_5
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f_5.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_5.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 16
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_6
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 10
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_1.email))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_1.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 26
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_7
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_2.phone))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_2.phone))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_2.phone))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_2.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  Nested Loop
--                 Join Filter: (c_2.account_id = s_3.account_id)
--                 ->  CTE Scan on raised c_2
--                 ->  CTE Scan on fresh s_3
--   InitPlan 29
--     ->  CTE Scan on fresh
