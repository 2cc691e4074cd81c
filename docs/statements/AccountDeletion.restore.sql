-- AccountDeletion.restore

WITH of_account AS (SELECT $1::bigint AS account_id),
restored AS (
    UPDATE accounts a SET deletion_due_at = NULL, shut_by_deletion = false,
      disabled_at = CASE WHEN a.shut_by_deletion THEN NULL ELSE a.disabled_at END, updated_at = $2::timestamptz
    FROM of_account f WHERE a.id = f.account_id AND a.deletion_due_at IS NOT NULL
    RETURNING a.id AS account_id, a.security_stamp, a.disabled_at),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM restored),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $4::bigint, $5::timestamptz, $6, v.outcome, $7, v.account_id, v.session_id, v.attempt_id,
      $8, $9, $10, CASE WHEN (v.outcome = ANY($11::text[])
    OR (v.account_id IS NULL AND $12::text <> ALL($13::text[]))) THEN $14::text || md5(concat_ws(' ', $15::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $16::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM restored;

-- Plan, with any values:
-- CTE Scan on restored
--   CTE restored
--     ->  Update on accounts a
--           ->  Index Scan using accounts_deletion_due on accounts a
--                 Index Cond: (deletion_due_at IS NOT NULL)
--                 Filter: (id = $1)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on restored restored_1
