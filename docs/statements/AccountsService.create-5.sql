-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
factor AS (
    INSERT INTO totp_factors (account_id, secret_sealed, created_at)
    VALUES ($15::bigint, $16, $17::timestamptz)
    ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = 0,
      created_at = excluded.created_at RETURNING account_id),
verdict AS (SELECT $18::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $19::bigint, $20::timestamptz, $21, v.outcome, $22, v.account_id, v.session_id, v.attempt_id,
      $23, $24, $25, CASE WHEN (v.outcome = ANY($26::text[])
    OR (v.account_id IS NULL AND $27::text <> ALL($28::text[]))) THEN $29::text || md5(concat_ws(' ', $30::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $31::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Insert on accounts
--           ->  Result
--   CTE factor
--     ->  Insert on totp_factors
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: totp_factors_pkey
--           ->  Result
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
