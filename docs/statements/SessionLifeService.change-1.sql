-- SessionLifeService.change

WITH renewed AS (
      UPDATE sessions s SET expires_at = $1::timestamptz
      WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) RETURNING s.id AS session_id, s.account_id),
verdict AS (
        SELECT CASE WHEN c.session_id IS NULL THEN 'no_session' ELSE $6::text END AS outcome, c.account_id,
          c.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN renewed c ON true),
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
--   CTE renewed
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s
--                       Index Cond: (token_hash = $2)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (protocol = $3) AND (stage = $4))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on renewed c
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
