-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET phone = $2, phone_signs_in = $3::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $8::bigint, $9::bigint, r.account_id, $10,
      $11, r.address, r.language, $12, $13::timestamptz, $14::timestamptz,
      $15::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $16::bigint, $17::bigint, r.account_id, $18,
      $19, r.address, r.language, $20, $21::timestamptz, $22::timestamptz,
      $23::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (
    SELECT $24::text AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS DISTINCT FROM $25::text),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $26::bigint, $27::bigint, r.account_id, $28,
      $29, r.address, r.language, $30, $31::timestamptz, $32::timestamptz,
      $33::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $34::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- Plan, with any values:
-- Aggregate
--   CTE changed
--     ->  Update on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $1)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_1
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_1.security_stamp - 1) = security_stamp))
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE message_3
--     ->  Insert on messages messages_2
--           ->  Result
--                 One-Time Filter: ($24 IS NOT NULL)
--                 ->  Nested Loop
--                       ->  CTE Scan on changed f_4
--                       ->  Index Scan using accounts_pkey on accounts a_3
--                             Index Cond: (id = f_4.account_id)
--                             Filter: (phone IS DISTINCT FROM $25)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $7)
