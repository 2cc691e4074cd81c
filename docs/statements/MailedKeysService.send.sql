-- MailedKeysService.send

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN held f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $3::bigint, $4::bigint, r.account_id, $5,
      $6, r.address, r.language, $7, $8::timestamptz, $9::timestamptz,
      $10::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM held f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $13::timestamptz, end_reason = 'superseded' FROM held f
    WHERE s.account_id = f.account_id AND s.protocol = $14 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $15  RETURNING s.id),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $16::bigint, $17, $18, $19, $20, $21,
          f.subject, f.account_id, f.session_id, $22, $23,
          $24::smallint, $25::timestamptz, $26::timestamptz,
          $27::bigint, $28::bigint,
          $29::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $30::bigint, $31::timestamptz, $32, v.outcome, $33, v.account_id, v.session_id, v.attempt_id,
      $34, $35, $36, CASE WHEN (v.outcome = ANY($37::text[]) OR (v.account_id IS NULL AND $38::text <> 'cli')) THEN md5(concat_ws(' ', $39::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM message;

-- Plan, with any values:
-- CTE Scan on message
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE spent_links
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on held f_1
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($12)))
--   CTE overtaken
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on held f_2
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (protocol = $14) AND (stage = 'pending'::text) AND (((amr -> 0) ->> 'method'::text) = $15))
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on held
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on attempt attempt_1
