-- ForgotPasswordService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE email = $1 AND disabled_at IS NULL AND activated_at IS NOT NULL FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $3, $4::timestamptz, 1, $5::timestamptz FROM subject f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $6::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $7::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE w.next_at <= $8::timestamptz AND (w.window_ends_at <= $9::timestamptz
      OR w.sent < coalesce($10::int, w.sent + 1))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $11::bigint, $12, $13, $14, $15, $16,
          f.subject, f.account_id, f.session_id, $17, $18,
          $19::smallint, $20::timestamptz, $21::timestamptz,
          $22::bigint, $23::bigint,
          $24::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          a.id AS attempt_id FROM subject s LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $25::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject f ON w.subject = f.subject WHERE w.purpose = $26),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN allowed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $27::bigint, $28::bigint, r.account_id, $29,
      $30, r.address, r.language, $31, $32::timestamptz, $33::timestamptz,
      $34::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $35::bigint, $36::timestamptz, $37, outcome, $38, account_id, session_id, attempt_id,
      $39, $40, $41
    FROM verdict RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM waiting) AS next_at;

-- Plan, with any values:
-- Result
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_key on accounts
--                 Index Cond: (email = $1)
--                 Filter: ((disabled_at IS NULL) AND (activated_at IS NOT NULL))
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $8) AND ((w.window_ends_at <= $9) OR (w.sent < COALESCE($10, (w.sent + 1)))))
--           ->  CTE Scan on subject f
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s.subject = window_taken.subject)
--           ->  CTE Scan on subject s
--           ->  CTE Scan on window_taken
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on allowed f_1
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  CTE Scan on subject s_1
--           ->  CTE Scan on attempt a
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on allowed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict
--   InitPlan 10
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 11
--     ->  Nested Loop
--           ->  CTE Scan on subject f_3
--           ->  Index Scan using send_windows_pkey on send_windows w_1
--                 Index Cond: ((subject = f_3.subject) AND (purpose = $26))
