-- MailedKeysService.invite

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM changed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $15::bigint, $16, $17, $18, $19, $20,
          f.subject, f.account_id, f.session_id, $21, $22,
          $23::smallint, $24::timestamptz, $25::timestamptz,
          $26::bigint, $27::bigint,
          $28::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT $29::text AS address, coalesce($30::text, a.language) AS language, f.account_id
    FROM changed f LEFT JOIN accounts a ON a.id = f.account_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34, r.address, r.language, $35, $36::timestamptz, $37::timestamptz,
      $38::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[]) OR (v.account_id IS NULL AND $47::text <> 'cli')) THEN md5(concat_ws(' ', $48::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Insert on accounts
--           ->  Result
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on changed changed_1
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Result
--                 One-Time Filter: ($29 IS NOT NULL)
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on changed f
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = f.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on attempt attempt_1
