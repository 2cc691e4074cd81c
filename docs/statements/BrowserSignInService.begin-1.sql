-- BrowserSignInService.begin

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $4 AND disabled_at IS NULL AND activated_at IS NOT NULL  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $5::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $6::bigint, b.browser_session_id, $7, $8, s.subject, s.account_id,
        $9::timestamptz, $10::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id),
verdict AS (SELECT $11::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $12::bigint, $13::timestamptz, $14, v.outcome, $15, v.account_id, v.session_id, v.attempt_id,
      $16, $17, $18, CASE WHEN (v.outcome = ANY($19::text[])
    OR (v.account_id IS NULL AND $20::text <> ALL($21::text[]))) THEN $22::text || md5(concat_ws(' ', $23::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $24::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_prefix on accounts
--                 Index Cond: (email = $4)
--                 Filter: ((disabled_at IS NULL) AND (activated_at IS NOT NULL))
--   CTE begun
--     ->  Insert on browser_attempts
--           ->  Nested Loop Left Join
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_1
--                       ->  Result
--                 ->  CTE Scan on known k
--   CTE verdict
--     ->  CTE Scan on begun
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
