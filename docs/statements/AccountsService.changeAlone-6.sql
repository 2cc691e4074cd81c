-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET password_hash = $2, password_changed_at = $3::timestamptz,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $8::timestamptz
      FROM changed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($9::text[])
        AND a.status = 'open' RETURNING a.id),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM changed) RETURNING key),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $10::bigint, $11::bigint, r.account_id, $12,
      $13, r.address, r.language, $14, $15::timestamptz, $16::timestamptz,
      $17::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $18::bigint, $19::bigint, r.account_id, $20,
      $21, r.address, r.language, $22, $23::timestamptz, $24::timestamptz,
      $25::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $26::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
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
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE spent_links
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($9)))
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: ('account '::text || (changed.account_id)::text)
--                       ->  CTE Scan on changed
--                 ->  Index Scan using password_failures_login on password_failures
--                       Index Cond: (login = ('account '::text || (changed.account_id)::text))
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_4
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $7)
