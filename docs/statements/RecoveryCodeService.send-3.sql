-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE username = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM subject f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $15::bigint, $16, $17, $18, $19, $20,
          f.subject, f.account_id, f.session_id, $21, $22,
          $23::smallint, $24::timestamptz, $25::timestamptz,
          $26::bigint, $27::bigint,
          $28::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($29::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($30::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $31),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $32::bigint, $33::bigint, r.account_id, $34,
      $35, r.address, r.language, $36, $37::timestamptz, $38::timestamptz,
      $39::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $40),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $41::bigint, $42::bigint, r.account_id, $43,
      $44, r.address, r.language, $45, $46::timestamptz, $47::timestamptz,
      $48::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $49::bigint, $50::timestamptz, $51, outcome, $52, account_id, session_id, attempt_id,
      $53, $54, $55
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_username_key on accounts
--                 Index Cond: (username = $1)
--                 Filter: ((disabled_at IS NULL) AND (($2 IS NULL) OR (NOT (org_id IS DISTINCT FROM $3))) AND (($4 IS NULL) OR (NOT (tenant_id IS DISTINCT FROM $5))))
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $12) AND ((w.window_ends_at <= $13) OR (w.sent < COALESCE($14, (w.sent + 1)))))
--           ->  CTE Scan on subject f
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s.subject = window_taken.subject)
--           ->  CTE Scan on subject s
--           ->  CTE Scan on window_taken
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on allowed f_1
--   CTE recipient
--     ->  Nested Loop
--           ->  CTE Scan on allowed f_2
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_2.account_id)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on subject s_1
--                 ->  CTE Scan on attempt a_1
--           ->  CTE Scan on recipient r
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  CTE Scan on recipient
--                 Filter: ((address IS NOT NULL) AND (channel = $31))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  CTE Scan on recipient recipient_1
--                 Filter: ((address IS NOT NULL) AND (channel = $40))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
