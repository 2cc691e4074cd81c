-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, NULL::text, $2, $3,
      $4::boolean, $5, $6, $7, $8,
      $9, $10::timestamptz, $11::timestamptz, $12::timestamptz, $13::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
verdict AS (SELECT $14::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $15::bigint, $16::timestamptz, $17, v.outcome, $18, v.account_id, v.session_id, v.attempt_id,
      $19, $20, $21, CASE WHEN (v.outcome = ANY($22::text[])
    OR (v.account_id IS NULL AND $23::text <> ALL($24::text[]))) THEN $25::text || md5(concat_ws(' ', $26::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $27::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Insert on accounts
--           ->  Result
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
