-- OperatorsService.changed

WITH operator AS (
    UPDATE operators SET password_hash = NULL, totp_sealed = NULL, totp_last_step = NULL, wrong_codes = 0,
      invitation_hash = $1, invitation_expires_at = $2::timestamptz
    WHERE email = $3 RETURNING id::text AS id, email, role),
ended AS (DELETE FROM operator_sessions s USING operator o WHERE s.operator_id = o.id::bigint RETURNING s.id),
verdict AS (
    SELECT $4::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id FROM operator),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[])
    OR (v.account_id IS NULL AND $13::text <> ALL($14::text[]))) THEN $15::text || md5(concat_ws(' ', $16::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $17::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM operator;

-- Plan, with any values:
-- CTE Scan on operator
--   CTE operator
--     ->  Update on operators
--           ->  Seq Scan on operators
--                 Filter: (email = $3)
--   CTE ended
--     ->  Delete on operator_sessions s
--           ->  Nested Loop
--                 Join Filter: (s.operator_id = (o.id)::bigint)
--                 ->  Seq Scan on operator_sessions s
--                 ->  CTE Scan on operator o
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on operator operator_1
