-- BrowserSignInService.start

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $3::bigint AND b.token_hash = $4 AND b.expires_at > $5::timestamptz FOR UPDATE),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $6::bigint, f.account_id, $7, $8::text, $9, jsonb_build_array(jsonb_build_object('method', $10::text, 'at', $11::text)), $12, $13,
      $14::timestamptz, CASE WHEN ($15::text) = 'signed_in' THEN $16::timestamptz END, $17::timestamptz,
      CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz ELSE $20::timestamptz END, $21,
      $22::timestamptz, b.browser_session_id, $23::bigint, f.security_stamp
    FROM held f CROSS JOIN browser b
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $24::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $25::bigint, b.browser_session_id, $26, $27, s.subject, s.account_id,
        $28::timestamptz, $29::timestamptz
      FROM browser b CROSS JOIN candidate s RETURNING id, subject, account_id, NULL::bigint AS session_id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($30::text[])
        ORDER BY array_position($31::text[], key) FOR UPDATE) RETURNING key),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $32, previous_token_hash = b.token_hash,
        rotated_at = $33::timestamptz, expires_at = $34::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $35::timestamptz, end_reason = 'replaced' FROM session p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $36::bigint, $37::timestamptz, $38, outcome, $39, account_id, session_id, attempt_id,
      $40, $41, $42
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $4)
--                 Filter: ((expires_at > $5) AND (id = $3))
--   CTE session
--     ->  Insert on sessions
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  CTE Scan on browser b_1
--   CTE verdict
--     ->  CTE Scan on session
--   CTE begun
--     ->  Insert on browser_attempts
--           ->  Nested Loop
--                 ->  CTE Scan on browser b_2
--                 ->  CTE Scan on held
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($31, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($30))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE rotated
--     ->  Update on browser_sessions b_3
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_3
--                             Index Cond: (id = l.browser_session_id)
--                 ->  CTE Scan on session p
--   CTE replaced
--     ->  Update on sessions s
--           ->  Nested Loop
--                 Join Filter: ((s.id <> p_1.session_id) AND (p_1.account_id = s.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_4
--                       ->  Index Scan using sessions_browser on sessions s
--                             Index Cond: (browser_session_id = b_4.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on session p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
