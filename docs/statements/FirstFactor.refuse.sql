-- FirstFactor.refuse

WITH audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $1::bigint, $2::timestamptz, $3, v.outcome, $4, v.account_id, v.session_id, v.attempt_id,
      $5, $6, $7, CASE WHEN true THEN $8::text || md5(concat_ws(' ', $9::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $10::text END
    FROM (SELECT $11::text AS outcome, $12::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id) v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING e.*)

    INSERT INTO event_stream (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, next_try_at)
    SELECT id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, $13::timestamptz
    FROM audited WHERE repeated = 0 AND account_id IS NOT NULL RETURNING id;

-- Plan, with any values:
-- Insert on event_stream
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  Result
--   ->  CTE Scan on audited
--         Filter: ((account_id IS NOT NULL) AND (repeated = 0))
