-- RegistrationService.register

WITH created AS (
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES ($1::bigint, $2, $3, $4,
      $5, $6, $7::timestamptz, $8::timestamptz, $9::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
starting AS (
        SELECT account_id, security_stamp, 'signed_in' AS stage FROM created
        WHERE $10::boolean),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $11::bigint, f.account_id, $12, f.stage, $13, jsonb_build_array(jsonb_build_object('method', $14::text, 'at', $15::text)), $16, $17,
      $18::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $21::timestamptz ELSE $22::timestamptz END, $23,
      $24::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
registered AS (
        SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password, 'created' AS outcome,
          NULL::bigint AS attempt_id
        FROM created c LEFT JOIN session s ON true),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $25::bigint, $26::timestamptz, $27, outcome, $28, account_id, session_id, attempt_id,
      $29, $30, $31
    FROM registered RETURNING id)
SELECT * FROM registered;

-- Plan, with any values:
-- CTE Scan on registered
--   CTE created
--     ->  Insert on accounts a
--           ->  Result
--   CTE session
--     ->  Insert on sessions
--           ->  Result
--                 One-Time Filter: $10
--                 ->  CTE Scan on created
--   CTE registered
--     ->  Nested Loop Left Join
--           ->  CTE Scan on created c
--           ->  CTE Scan on session s
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on registered registered_1
