-- NamesService.respell

WITH respelled AS (
    UPDATE accounts SET email = $1, updated_at = $2::timestamptz
    WHERE id = $3::bigint AND email = $4 AND NOT EXISTS (
      SELECT FROM accounts o WHERE o.id <> $5::bigint AND o.email = ANY($6::text[]))
    RETURNING id AS account_id, security_stamp),
verdict AS (SELECT $7::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM respelled),
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
SELECT * FROM respelled;

-- Plan, with any values:
-- CTE Scan on respelled
--   CTE respelled
--     ->  Update on accounts
--           InitPlan 1
--             ->  Index Scan using accounts_email_key on accounts o
--                   Index Cond: (email = ANY ($6))
--                   Filter: (id <> $5)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 1).col1)
--                 ->  Index Scan using accounts_email_prefix on accounts
--                       Index Cond: (email = $4)
--                       Filter: (id = $3)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on respelled respelled_1
