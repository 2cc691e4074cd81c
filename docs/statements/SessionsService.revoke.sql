-- SessionsService.revoke

WITH ended AS (
    UPDATE sessions SET ended_at = $1::timestamptz, end_reason = $2
    WHERE id = $3::bigint AND ended_at IS NULL AND expires_at > $4::timestamptz
    RETURNING id AS session_id, account_id),
verdict AS (SELECT $5::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $6::bigint, $7::timestamptz, $8, v.outcome, $9, v.account_id, v.session_id, v.attempt_id,
      $10, $11, $12, CASE WHEN (v.outcome = ANY($13::text[])
    OR (v.account_id IS NULL AND $14::text <> ALL($15::text[]))) THEN $16::text || md5(concat_ws(' ', $17::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $18::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
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
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
