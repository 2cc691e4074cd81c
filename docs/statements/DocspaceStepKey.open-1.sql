-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $8::bigint, f.account_id, $9, $10::text, $11, jsonb_build_array(jsonb_build_object('method', $12::text, 'at', $13::text)), $14, $15,
      $16::timestamptz, CASE WHEN ($17::text) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN ($20::text) = 'signed_in' THEN $21::timestamptz ELSE $22::timestamptz END, $23,
      $24::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $25::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $26::bigint, $27::timestamptz, $28, outcome, $29, account_id, session_id, attempt_id,
      $30, $31, $32
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE fresh
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on held f
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s
--                       Index Cond: (account_id = o.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (signed_in_at > $7) AND (token_hash = $3) AND (protocol = $4) AND (stage = $5) AND (o.security_stamp <= security_stamp))
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on fresh f_1
--   CTE verdict
--     ->  CTE Scan on session
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
