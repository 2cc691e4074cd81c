-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
verdict AS (SELECT $15::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $16::bigint, $17::timestamptz, $18, v.outcome, $19, v.account_id, v.session_id, v.attempt_id,
      $20, $21, $22, CASE WHEN (v.outcome = ANY($23::text[])
    OR (v.account_id IS NULL AND $24::text <> ALL($25::text[]))) THEN $26::text || md5(concat_ws(' ', $27::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $28::text END
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
