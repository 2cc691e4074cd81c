-- SsoBeginService.begin

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
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $11::bigint, $12::timestamptz, $13, v.outcome, $14, v.account_id, v.session_id, v.attempt_id,
      $15, $16, $17, CASE WHEN (v.outcome = ANY($18::text[])
    OR (v.account_id IS NULL AND $19::text <> ALL($20::text[]))) THEN $21::text || md5(concat_ws(' ', $22::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $23::text END
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
--   CTE begun
--     ->  Insert on browser_attempts
--           ->  CTE Scan on browser b_1
--   CTE verdict
--     ->  CTE Scan on begun
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
