-- OperatorSignInService.signOut

WITH ended AS (DELETE FROM operator_sessions WHERE id = $1::bigint RETURNING id),
verdict AS (
    SELECT $2::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $3::bigint, $4::timestamptz, $5, v.outcome, $6, v.account_id, v.session_id, v.attempt_id,
      $7, $8, $9, CASE WHEN (v.outcome = ANY($10::text[])
    OR (v.account_id IS NULL AND $11::text <> ALL($12::text[]))) THEN $13::text || md5(concat_ws(' ', $14::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $15::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM ended;

-- Plan, with any values:
-- CTE Scan on ended
--   CTE ended
--     ->  Delete on operator_sessions
--           ->  Seq Scan on operator_sessions
--                 Filter: (id = $1)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on ended ended_1
