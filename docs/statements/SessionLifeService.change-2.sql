-- SessionLifeService.change

WITH ended AS (
      UPDATE sessions s SET ended_at = $1::timestamptz, end_reason = $2
      WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) RETURNING s.id AS session_id, s.account_id),
verdict AS (
        SELECT CASE WHEN c.session_id IS NULL THEN 'no_session' ELSE $7::text END AS outcome, c.account_id,
          c.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ended c ON true),
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
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s
--                       Index Cond: (token_hash = $3)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (protocol = $4) AND (stage = $5))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on ended c
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
