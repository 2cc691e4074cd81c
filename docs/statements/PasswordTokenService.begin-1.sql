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
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($18::text[])
        ORDER BY array_position($19::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $20::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $21::bigint, $22::timestamptz, $23, outcome, $24, account_id, session_id, attempt_id,
      $25, $26, $27
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
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($19, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($18))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on session
--   ->  CTE Scan on session f
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = f.account_id)
--         Filter: (disabled_at IS NULL)
