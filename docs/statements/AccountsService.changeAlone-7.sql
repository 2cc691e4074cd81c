-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, updated_at = $4::timestamptz
    WHERE id = $5::bigint RETURNING id AS account_id, security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $9::timestamptz, end_reason = $10 FROM changed f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM changed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $13::bigint, $14::bigint, r.account_id, $15,
      $16, r.address, r.language, $17, $18::timestamptz, $19::timestamptz,
      $20::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $21::bigint, $22::bigint, r.account_id, $23,
      $24, r.address, r.language, $25, $26::timestamptz, $27::timestamptz,
      $28::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $29::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $30::bigint, $31::timestamptz, $32, v.outcome, $33, v.account_id, v.session_id, v.attempt_id,
      $34, $35, $36, CASE WHEN (v.outcome = ANY($37::text[]) OR (v.account_id IS NULL AND $38::text <> 'cli')) THEN md5(concat_ws(' ', $39::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- Plan, with any values:
-- Aggregate
--   CTE changed
--     ->  Update on accounts
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $5)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE ended_2
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE spent_links
--     ->  Update on attempts a
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($12)))
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_4
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_5
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $8)
