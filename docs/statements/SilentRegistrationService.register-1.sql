-- SilentRegistrationService.register

WITH created AS (
      INSERT INTO accounts AS a (id, email, created_at, updated_at)
      SELECT $1::bigint, $2::text, $3::timestamptz, $4::timestamptz WHERE true
      ON CONFLICT (email) DO NOTHING RETURNING a.id AS account_id, a.uuid),
owner AS (
      SELECT email AS address, language, id AS account_id FROM accounts
      WHERE accounts.email = $5 AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND true ),
registered AS (
      SELECT CASE WHEN NOT true THEN 'username_taken' WHEN c.uuid IS NULL THEN 'taken' ELSE 'created' END AS outcome,
        coalesce(c.uuid, gen_random_uuid()) AS uuid, coalesce(c.account_id, o.account_id) AS account_id
      FROM (VALUES (1)) one LEFT JOIN created c ON true LEFT JOIN owner o ON true),
verdict AS (SELECT r.*, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM registered r),
asking AS (SELECT $6::text AS subject FROM owner),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM asking f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
recipient AS (SELECT o.* FROM owner o WHERE EXISTS (SELECT FROM window_taken)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $15::bigint, $16::bigint, r.account_id, $17,
      $18, r.address, r.language, $19, $20::timestamptz, $21::timestamptz,
      $22::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $23::bigint, $24::timestamptz, $25, v.outcome, $26, v.account_id, v.session_id, v.attempt_id,
      $27, $28, $29, CASE WHEN (v.outcome = ANY($30::text[]) OR (v.account_id IS NULL AND $31::text <> 'cli')) THEN md5(concat_ws(' ', $32::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE created
--     ->  Insert on accounts a
--           Conflict Resolution: NOTHING
--           Conflict Arbiter Indexes: accounts_email_key
--           ->  Result
--   CTE owner
--     ->  Index Scan using accounts_email_key on accounts
--           Index Cond: (email = $5)
--           Filter: ((activated_at IS NOT NULL) OR (invited_at IS NOT NULL))
--   CTE registered
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Result
--                 ->  CTE Scan on created c
--           ->  CTE Scan on owner o
--   CTE verdict
--     ->  CTE Scan on registered r
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $12) AND ((w.window_ends_at <= $13) OR (w.sent < COALESCE($14, (w.sent + 1)))))
--           ->  CTE Scan on owner
--   CTE message
--     ->  Insert on messages
--           InitPlan 6
--             ->  CTE Scan on window_taken
--           ->  Result
--                 One-Time Filter: (InitPlan 6).col1
--                 ->  CTE Scan on owner o_1
--                       Filter: (address IS NOT NULL)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
