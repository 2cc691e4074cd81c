-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $3::bigint, f.account_id, $4, $5::text, $6, jsonb_build_array(jsonb_build_object('method', $7::text, 'at', $8::text)), $9, $10,
      $11::timestamptz, CASE WHEN ($12::text) = 'signed_in' THEN $13::timestamptz END, $14::timestamptz,
      CASE WHEN ($15::text) = 'signed_in' THEN $16::timestamptz ELSE $17::timestamptz END, $18,
      $19::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $20::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $21::bigint, $22::timestamptz, $23, outcome, $24, account_id, session_id, attempt_id,
      $25, $26, $27
    FROM opened RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on held f
--   CTE opened
--     ->  CTE Scan on session
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on opened opened_1
