-- FactorRemovalService.disable

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
verdict AS (
        SELECT CASE WHEN a.session_id IS NULL THEN 'stale' ELSE 'disabled' END AS outcome, s.account_id, s.session_id,
          NULL::bigint AS attempt_id FROM session s LEFT JOIN fresh a ON true),
chosen AS (
      UPDATE accounts a SET second_factor = $10, phone = CASE WHEN $11 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $12::timestamptz
      FROM fresh f WHERE a.id = f.account_id AND a.second_factor <> $13 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $14::timestamptz, end_reason = $15 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING chosen f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING chosen f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING chosen f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $16::bigint, $17::bigint, r.account_id, $18,
      $19::boolean, $20, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $21::text END,
      $22::timestamptz, $23::timestamptz, $24::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $25::timestamptz END, r.withheld, (SELECT c FROM unnest($26::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $27::bigint, $28::bigint, r.account_id, $29,
      $30::boolean, $31, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $32::text END,
      $33::timestamptz, $34::timestamptz, $35::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $36::timestamptz END, r.withheld, (SELECT c FROM unnest($37::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $38::bigint, $39::timestamptz, $40, v.outcome, $41, v.account_id, v.session_id, v.attempt_id,
      $42, $43, $44, CASE WHEN (v.outcome = ANY($45::text[])
    OR (v.account_id IS NULL AND $46::text <> ALL($47::text[]))) THEN $48::text || md5(concat_ws(' ', $49::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $50::text END
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
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  CTE Scan on session s_2
--           ->  CTE Scan on fresh a_2
--   CTE chosen
--     ->  Update on accounts a_3
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_1
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_1.account_id)
--                       Filter: (second_factor <> $13)
--   CTE ended
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_2
--                 ->  Index Scan using sessions_account on sessions s_3
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_4
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_3
--                 ->  Index Scan using sessions_account on sessions s_4
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_3.security_stamp - 1) = security_stamp))
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_4
--                 ->  Index Scan using totp_factors_pkey on totp_factors t
--                       Index Cond: (account_id = f_4.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_5
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_5.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_6
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f_6.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_6.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 19
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_7
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 11
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 15
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_4.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 29
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_8
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_8.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_5.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
