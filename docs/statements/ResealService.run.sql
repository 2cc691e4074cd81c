-- ResealService.run

WITH nobodys AS (SELECT NULL::bigint AS account_id),
verdict AS (SELECT $1::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM nobodys),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $2::bigint, $3::timestamptz, $4, v.outcome, $5, v.account_id, v.session_id, v.attempt_id,
      $6, $7, $8, CASE WHEN (v.outcome = ANY($9::text[])
    OR (v.account_id IS NULL AND $10::text <> ALL($11::text[]))) THEN $12::text || md5(concat_ws(' ', $13::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $14::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM nobodys;

-- Plan, with any values:
-- CTE Scan on nobodys
--   CTE nobodys
--     ->  Result
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on nobodys nobodys_1
