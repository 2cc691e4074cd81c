-- BrowserService.change

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
changed AS (
      UPDATE browser_sessions b SET active_session_id = s.id FROM sessions s, browser l
      WHERE b.id = l.browser_session_id AND s.id = $4::bigint AND s.browser_session_id = b.id
        AND s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)
      RETURNING s.id AS session_id, s.account_id),
verdict AS (SELECT $6::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[])
    OR (v.account_id IS NULL AND $15::text <> ALL($16::text[]))) THEN $17::text || md5(concat_ws(' ', $18::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $19::text END
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
--     ->  Update on browser_sessions b_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  CTE Scan on browser l
--                             ->  Index Scan using browser_sessions_pkey on browser_sessions b_1
--                                   Index Cond: (id = l.browser_session_id)
--                       ->  Index Scan using sessions_browser on sessions s
--                             Index Cond: (browser_session_id = b_1.id)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (id = $4) AND (stage = 'signed_in'::text))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE verdict
--     ->  CTE Scan on changed
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
