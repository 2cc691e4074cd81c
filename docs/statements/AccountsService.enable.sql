-- AccountsService.enable

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, updated_at = $4::timestamptz
    WHERE id = $5::bigint RETURNING id AS account_id, security_stamp),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $7::bigint, $8::timestamptz, $9, outcome, $10, account_id, session_id, attempt_id,
      $11, $12, $13
    FROM verdict RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Update on accounts
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $5)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on changed changed_1
