-- PasswordTokenService.begin

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
starting AS (SELECT account_id, security_stamp, $3::text AS stage FROM held),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $4::bigint, f.account_id, $5, f.stage, $6, jsonb_build_array(jsonb_build_object('method', $7::text, 'at', $8::text)), $9, $10,
      $11::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $12::timestamptz END, $13::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $14::timestamptz ELSE $15::timestamptz END, $16,
      $17::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $18::bigint, $19, $20, $21, $22, $23,
          f.subject, f.account_id, f.session_id, $24, $25,
          $26::smallint, $27::timestamptz, $28::timestamptz,
          $29::bigint, $30::bigint,
          $31::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $32::bigint, $33::bigint, r.account_id, $34,
      $35, r.address, r.language, $36, $37::timestamptz, $38::timestamptz,
      $39::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($40::text[])
        ORDER BY array_position($41::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $42::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $43::bigint, $44::timestamptz, $45, outcome, $46, account_id, session_id, attempt_id,
      $47, $48, $49
    FROM verdict RETURNING id)
SELECT * FROM with_account;

-- Plan, with any values:
-- Nested Loop
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on held
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on session f_1
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on session f_2
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($41, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($40))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on session
--   ->  CTE Scan on session f
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = f.account_id)
--         Filter: (disabled_at IS NULL)
