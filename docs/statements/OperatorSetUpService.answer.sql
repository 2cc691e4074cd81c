-- OperatorSetUpService.answer

WITH operator AS (
    UPDATE operators SET password_hash = $1, totp_sealed = $2,
      totp_last_step = $3::bigint, wrong_codes = 0, invitation_hash = NULL, invitation_expires_at = NULL
    WHERE invitation_hash = $4 AND invitation_expires_at > $5::timestamptz
    RETURNING id::text AS id, email, role),
opened AS (
    INSERT INTO operator_sessions (id, operator_id, token_hash, created_at, last_used_at, expires_at, client_address)
    SELECT $6::bigint, o.id::bigint, $7, $8::timestamptz, $9::timestamptz, $10::timestamptz,
      $11 FROM operator o RETURNING id),
purged AS (
    DELETE FROM operator_sessions s USING operator o
    WHERE s.operator_id = o.id::bigint AND s.expires_at <= $12::timestamptz RETURNING s.id),
verdict AS (
    SELECT $13::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id FROM operator),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $14::bigint, $15::timestamptz, $16, v.outcome, $17, v.account_id, v.session_id, v.attempt_id,
      $18, $19, $20, CASE WHEN (v.outcome = ANY($21::text[])
    OR (v.account_id IS NULL AND $22::text <> ALL($23::text[]))) THEN $24::text || md5(concat_ws(' ', $25::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $26::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM operator;

-- Plan, with any values:
-- CTE Scan on operator
--   CTE operator
--     ->  Update on operators
--           ->  Seq Scan on operators
--                 Filter: ((invitation_expires_at > $5) AND (invitation_hash = $4))
--   CTE opened
--     ->  Insert on operator_sessions
--           ->  CTE Scan on operator o
--   CTE purged
--     ->  Delete on operator_sessions s
--           ->  Nested Loop
--                 Join Filter: (s.operator_id = (o_1.id)::bigint)
--                 ->  Seq Scan on operator_sessions s
--                       Filter: (expires_at <= $12)
--                 ->  CTE Scan on operator o_1
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on operator operator_1
