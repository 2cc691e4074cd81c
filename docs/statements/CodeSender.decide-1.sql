-- CodeSender.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($3::text, language) AS language, account_id FROM recipient),
reachable AS (SELECT s.* FROM candidate s JOIN addressee USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $4, $5::timestamptz, 1, $6::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $7::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $8::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $9::timestamptz AND (w.window_ends_at <= $10::timestamptz
      OR w.sent < coalesce($11::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $12::timestamptz,
      status = CASE WHEN a.expires_at <= $13::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM allowed) AND a.protocol = $14 AND a.session_id IS NULL AND a.purpose = $15 AND a.kind = $16 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $17::bigint, $18, $19, $20, $21, $22,
          f.subject, f.account_id, f.session_id, $23, $24,
          $25::smallint, $26::timestamptz, $27::timestamptz,
          $28::bigint, $29::bigint,
          $30::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN candidate s ON true LEFT JOIN addressee r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $31::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN candidate f ON w.subject = f.subject WHERE w.purpose = $32),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee_2 AS (SELECT r.address, r.language, r.account_id FROM addressee r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $33::bigint, $34::bigint, r.account_id, $35,
      $36, r.address, r.language, $37, $38::timestamptz, $39::timestamptz,
      $40::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($41::text[])
        ORDER BY array_position($42::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM addressee) AS address, (SELECT next_at FROM waiting) AS next_at;

-- Plan, with any values:
-- Result
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE candidate
--     ->  CTE Scan on held
--   CTE addressee
--     ->  Nested Loop
--           ->  CTE Scan on candidate f
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f.account_id)
--                 Filter: (email IS NOT NULL)
--   CTE reachable
--     ->  Nested Loop
--           Join Filter: (s.account_id = addressee.account_id)
--           ->  CTE Scan on candidate s
--           ->  CTE Scan on addressee
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $9) AND ((w.window_ends_at <= $10) OR (w.sent < COALESCE($11, (w.sent + 1)))))
--           ->  CTE Scan on reachable f_1
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s_1.subject = window_taken.subject)
--           ->  CTE Scan on reachable s_1
--           ->  CTE Scan on window_taken
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 7
--             ->  CTE Scan on allowed
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 7).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $14) AND (purpose = $15) AND (kind = $16) AND (status = 'open'::text))
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop
--                 ->  CTE Scan on allowed a_2
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on candidate s_2
--                 ->  CTE Scan on addressee r
--           ->  CTE Scan on attempt a_3
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 Join Filter: (r_1.account_id = allowed_1.account_id)
--                 ->  CTE Scan on addressee r_1
--                       Filter: (address IS NOT NULL)
--                 ->  CTE Scan on allowed allowed_1
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($42, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($41))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 15
--     ->  CTE Scan on verdict
--   InitPlan 16
--     ->  CTE Scan on addressee addressee_1
--   InitPlan 17
--     ->  Nested Loop
--           ->  CTE Scan on candidate f_2
--           ->  Index Scan using send_windows_pkey on send_windows w_1
--                 Index Cond: ((subject = f_2.subject) AND (purpose = $32))
