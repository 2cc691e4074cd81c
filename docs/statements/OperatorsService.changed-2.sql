-- OperatorsService.changed

WITH operator AS (
    INSERT INTO operators (id, email, role, invitation_hash, invitation_expires_at, created_at)
    VALUES ($1::bigint, $2, $3, $4, $5::timestamptz, $6::timestamptz)
    ON CONFLICT (email) DO NOTHING RETURNING id::text AS id, email, role),
verdict AS (
    SELECT $7::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id FROM operator),
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
SELECT * FROM operator;

-- Plan, with any values:
-- CTE Scan on operator
--   CTE operator
--     ->  Insert on operators
--           Conflict Resolution: NOTHING
--           Conflict Arbiter Indexes: operators_email_key
--           ->  Result
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on operator operator_1
