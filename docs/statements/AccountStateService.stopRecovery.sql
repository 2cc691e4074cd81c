-- AccountStateService.stopRecovery

WITH of_account AS (SELECT $1::bigint AS account_id),
ended AS (
    UPDATE pending_recoveries p SET ended_at = $2::timestamptz, end_reason = $3 FROM of_account f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
verdict AS (SELECT $4::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $5::bigint, $6::timestamptz, $7, outcome, $8, account_id, session_id, attempt_id,
      $9, $10, $11
    FROM verdict RETURNING id)
SELECT * FROM ended;

-- Plan, with any values:
-- CTE Scan on ended
--   CTE ended
--     ->  Update on pending_recoveries p
--           ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                 Index Cond: (account_id = $1)
--                 Filter: (ended_at IS NULL)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on ended ended_1
