-- SignUpService.begin

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
subject AS (SELECT $4::text AS subject, NULL::bigint AS account_id),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $5::bigint, b.browser_session_id, $6, $7, s.subject, s.account_id,
        $8::timestamptz, $9::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id),
verdict AS (SELECT $10::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun),
sign_up AS (
    INSERT INTO sign_ups (id, email, username, phone, first_name, last_name, password_hash, language,
      email_taken, phone_taken)
    SELECT b.id, $11, $12, $13, $14,
      $15, $16, $17,
      $18, $19
    FROM begun b RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $20::bigint, $21::timestamptz, $22, outcome, $23, account_id, session_id, attempt_id,
      $24, $25, $26
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE begun
--     ->  Insert on browser_attempts
--           ->  CTE Scan on browser b_1
--   CTE verdict
--     ->  CTE Scan on begun
--   CTE sign_up
--     ->  Insert on sign_ups
--           ->  CTE Scan on begun b_2
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
