-- AccountsService.enable

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, shut_by_deletion = false,
      updated_at = $4::timestamptz
    WHERE id = $5::bigint AND ($6::boolean OR deletion_due_at IS NULL)
    RETURNING id AS account_id, security_stamp),
verdict AS (SELECT $7::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
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
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Update on accounts
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $5)
--                 Filter: ($6 OR (deletion_due_at IS NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
