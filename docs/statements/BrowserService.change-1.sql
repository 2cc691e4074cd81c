-- BrowserService.change

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
changed AS (
      UPDATE sessions s SET ended_at = $4::timestamptz, end_reason = $5 FROM browser b
      WHERE s.browser_session_id = b.browser_session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL
        AND s.id = $6::bigint RETURNING s.id AS session_id, s.account_id),
verdict AS (SELECT $7::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[])
    OR (v.account_id IS NULL AND $16::text <> ALL($17::text[]))) THEN $18::text || md5(concat_ws(' ', $19::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $20::text END
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
--   CTE changed
--     ->  Update on sessions s
--           ->  Nested Loop
--                 Join Filter: (b_1.browser_session_id = s.browser_session_id)
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $6)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on browser b_1
--   CTE verdict
--     ->  CTE Scan on changed
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
