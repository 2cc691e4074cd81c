-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($2::text[]) AND true LIMIT 1), $3::text), $4, $5,
      $6::boolean, $7, $8, $9, $10,
      $11, $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
verdict AS (SELECT $16::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $17::bigint, $18::timestamptz, $19, v.outcome, $20, v.account_id, v.session_id, v.attempt_id,
      $21, $22, $23, CASE WHEN (v.outcome = ANY($24::text[])
    OR (v.account_id IS NULL AND $25::text <> ALL($26::text[]))) THEN $27::text || md5(concat_ws(' ', $28::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $29::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Insert on accounts accounts_1
--           InitPlan 1
--             ->  Limit
--                   ->  Index Only Scan using accounts_email_prefix on accounts
--                         Index Cond: (email = ANY ($2))
--           ->  Result
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
