-- ReadingsService.record

WITH whose AS (SELECT $1::bigint AS account_id),
verdict AS (SELECT $2::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM whose)

    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $3::bigint, $4::timestamptz, $5, v.outcome, $6, v.account_id, v.session_id, v.attempt_id,
      $7, $8, $9, CASE WHEN (v.outcome = ANY($10::text[])
    OR (v.account_id IS NULL AND $11::text <> ALL($12::text[]))) THEN $13::text || md5(concat_ws(' ', $14::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $15::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id;

-- Plan, with any values:
-- Insert on audit_events e
--   Conflict Resolution: UPDATE
--   Conflict Arbiter Indexes: audit_events_repeat_key
--   ->  Result
