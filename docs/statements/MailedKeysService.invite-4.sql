-- MailedKeysService.invite

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($2::text[]) AND true LIMIT 1), $3::text), $4, $5,
      $6::boolean, $7, $8, $9, $10,
      $11, $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM changed),
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
recipient AS (
    SELECT $30::text AS address, coalesce($31::text, a.language) AS language, f.account_id
    FROM changed f LEFT JOIN accounts a ON a.id = f.account_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $32::bigint, $33::bigint, r.account_id, $34,
      $35, r.address, r.language, $36, $37::timestamptz, $38::timestamptz,
      $39::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $40::bigint, $41::timestamptz, $42, v.outcome, $43, v.account_id, v.session_id, v.attempt_id,
      $44, $45, $46, CASE WHEN (v.outcome = ANY($47::text[]) OR (v.account_id IS NULL AND $48::text <> 'cli')) THEN md5(concat_ws(' ', $49::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Insert on accounts accounts_1
--           InitPlan 1
--             ->  Limit
--                   ->  Index Only Scan using accounts_email_key on accounts
--                         Index Cond: (email = ANY ($2))
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
--                 One-Time Filter: ($30 IS NOT NULL)
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on changed f
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = f.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on attempt attempt_1
