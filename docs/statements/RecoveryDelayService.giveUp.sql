-- RecoveryDelayService.giveUp

WITH of_account AS (SELECT $1::bigint AS account_id),
ended AS (
    UPDATE pending_recoveries p SET ended_at = $2::timestamptz, end_reason = $3 FROM of_account f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
verdict AS (SELECT $4::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[])
    OR (v.account_id IS NULL AND $13::text <> ALL($14::text[]))) THEN $15::text || md5(concat_ws(' ', $16::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $17::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE ended
--     ->  Update on pending_recoveries p
--           ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                 Index Cond: (account_id = $1)
--                 Filter: (ended_at IS NULL)
--   CTE verdict
--     ->  CTE Scan on ended
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
