-- SessionsService.revoke

WITH ended AS (
    UPDATE sessions SET ended_at = $1::timestamptz, end_reason = $2
    WHERE id = $3::bigint AND ended_at IS NULL AND expires_at > $4::timestamptz
    RETURNING id AS session_id, account_id),
verdict AS (SELECT $5::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $6::bigint, $7::timestamptz, $8, outcome, $9, account_id, session_id, attempt_id,
      $10, $11, $12
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE ended
--     ->  Update on sessions
--           ->  Index Scan using sessions_pkey on sessions
--                 Index Cond: (id = $3)
--                 Filter: ((ended_at IS NULL) AND (expires_at > $4))
--   CTE verdict
--     ->  CTE Scan on ended
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
