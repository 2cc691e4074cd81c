-- AccountStateService.unlock

WITH of_account AS (SELECT $1::bigint AS account_id),
of_account_2 AS (SELECT $2::bigint AS account_id),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM of_account_2) RETURNING key),
refilled AS (
    UPDATE guess_budgets SET spent = 0, refills_at = NULL WHERE subject = $3::text RETURNING subject),
guard_lifted AS (
    UPDATE accounts SET disowned_at = '{}', guarded_until = NULL WHERE id = $4::bigint AND disowned_at <> '{}'
    RETURNING id AS account_id),
addresses AS (SELECT a AS address FROM unnest($5::text[]) a),
lifted AS (
    DELETE FROM suppressed_addresses b USING addresses f WHERE b.address = lower(f.address) RETURNING b.address),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM of_account),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[])
    OR (v.account_id IS NULL AND $15::text <> ALL($16::text[]))) THEN $17::text || md5(concat_ws(' ', $18::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $19::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM of_account;

-- Plan, with any values:
-- CTE Scan on of_account
--   CTE of_account
--     ->  Result
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Index Scan using password_failures_login on password_failures
--                 Index Cond: (login = ('account '::text || ($2)::text))
--   CTE refilled
--     ->  Update on guess_budgets
--           ->  Bitmap Heap Scan on guess_budgets
--                 Recheck Cond: (subject = $3)
--                 ->  Bitmap Index Scan on guess_budgets_pkey
--                       Index Cond: (subject = $3)
--   CTE guard_lifted
--     ->  Update on accounts
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $4)
--                 Filter: (disowned_at <> '{}'::timestamp with time zone[])
--   CTE lifted
--     ->  Delete on suppressed_addresses b
--           ->  Hash Join
--                 Hash Cond: (lower(a.a) = b.address)
--                 ->  Function Scan on unnest a
--                 ->  Hash
--                       ->  Seq Scan on suppressed_addresses b
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on of_account of_account_1
