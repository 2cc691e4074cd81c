-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $5::bigint, f.account_id, $6, $7::text, $8, jsonb_build_array(jsonb_build_object('method', $9::text, 'at', $10::text)), $11, $12,
      $13::timestamptz, CASE WHEN ($14::text) = 'signed_in' THEN $15::timestamptz END, $16::timestamptz,
      CASE WHEN ($17::text) = 'signed_in' THEN $18::timestamptz ELSE $19::timestamptz END, $20,
      $21::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $22::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $23::bigint, $24::timestamptz, $25, outcome, $26, account_id, session_id, attempt_id,
      $27, $28, $29
    FROM opened RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held_2
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (i.account_id = f.account_id)
--                 ->  Index Scan using external_identities_pkey on external_identities i
--                       Index Cond: ((issuer = $3) AND (subject = $4))
--                 ->  CTE Scan on held_2 f
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on held f_1
--   CTE opened
--     ->  CTE Scan on session
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on opened opened_1
