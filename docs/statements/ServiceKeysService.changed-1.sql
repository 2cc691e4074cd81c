-- ServiceKeysService.changed

WITH revoked AS (
    UPDATE service_keys SET revoked_at = $1::timestamptz
    WHERE (name = $2 OR id::text = $3) AND revoked_at IS NULL RETURNING id::text AS id, name),
verdict AS (
      SELECT $4::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
        NULL::bigint AS attempt_id FROM revoked),
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
SELECT * FROM revoked;

-- Plan, with any values:
-- CTE Scan on revoked
--   CTE revoked
--     ->  Update on service_keys
--           ->  Seq Scan on service_keys
--                 Filter: ((revoked_at IS NULL) AND ((name = $2) OR ((id)::text = $3)))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on revoked revoked_1
