-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow_2 AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
flow AS (SELECT s.id, $6::text AS subject, s.account_id, s.session_id FROM flow_2 s),
subject_2 AS (SELECT $7::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $8::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $9, $10::timestamptz, 1, $11::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $12::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $13::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $17, $18::timestamptz, 1, $19::timestamptz FROM subject f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $20::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $21::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE w.next_at <= $22::timestamptz AND (w.window_ends_at <= $23::timestamptz
      OR w.sent < coalesce($24::int, w.sent + 1))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $25::timestamptz,
      status = CASE WHEN a.expires_at <= $26::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT u.email AS address, u.language, NULL::bigint AS account_id, NULL::int AS security_stamp,
      u.email_taken AS refused
    FROM sign_ups u JOIN flow f USING (id)),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $27::bigint, $28, $29, $30, $31, $32,
          f.subject, f.account_id, f.session_id, $33, $34,
          $35::smallint, $36::timestamptz, $37::timestamptz,
          $38::bigint, $39::bigint,
          $40::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $41::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_2 f ON w.subject = f.subject WHERE w.purpose = $42),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $43::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $44),
next AS (
        SELECT next_at FROM waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_2 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $45::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $46::bigint, $47::bigint, r.account_id, $48,
      $49, r.address, r.language, $50, $51::timestamptz, $52::timestamptz,
      $53::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $54::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $55::bigint, $56::bigint, r.account_id, $57,
      $58, r.address, r.language, $59, $60::timestamptz, $61::timestamptz,
      $62::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $63::bigint, $64::timestamptz, $65, outcome, $66, account_id, session_id, attempt_id,
      $67, $68, $69
    FROM verdict RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- Plan, with any values:
-- Result
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE flow
--     ->  Nested Loop Anti Join
--           ->  Nested Loop
--                 Join Filter: (b_1.browser_session_id = a.browser_session_id)
--                 ->  Index Scan using browser_attempts_pkey on browser_attempts a
--                       Index Cond: (id = $4)
--                       Filter: (expires_at > $5)
--                 ->  CTE Scan on browser b_1
--           ->  Index Only Scan using sessions_browser_attempt on sessions s
--                 Index Cond: (browser_attempt_id = $4)
--   CTE subject_2
--     ->  CTE Scan on flow f
--   CTE subject_3
--     ->  CTE Scan on flow f_1
--   CTE window_taken_2
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $14) AND ((w.window_ends_at <= $15) OR (w.sent < COALESCE($16, (w.sent + 1)))))
--           ->  CTE Scan on subject_3 f_2
--   CTE window_taken
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $22) AND ((w_1.window_ends_at <= $23) OR (w_1.sent < COALESCE($24, (w_1.sent + 1)))))
--           InitPlan 6
--             ->  CTE Scan on window_taken_2
--           ->  Result
--                 One-Time Filter: (InitPlan 6).col1
--                 ->  CTE Scan on subject_2 r
--   CTE allowed
--     ->  Result
--           One-Time Filter: (InitPlan 8).col1
--           InitPlan 8
--             ->  CTE Scan on window_taken
--           ->  CTE Scan on flow f_3
--   CTE closed
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: allowed.id
--                       ->  CTE Scan on allowed
--                 ->  Index Scan using attempts_browser on attempts a_1
--                       Index Cond: (browser_attempt_id = allowed.id)
--                       Filter: ((kind <> 'totp'::text) AND (status = 'open'::text))
--   CTE contact
--     ->  Nested Loop
--           ->  CTE Scan on flow f_4
--           ->  Index Scan using sign_ups_pkey on sign_ups u
--                 Index Cond: (id = f_4.id)
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop Left Join
--                 ->  Nested Loop
--                       ->  CTE Scan on allowed f_5
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--                 ->  CTE Scan on contact c
--                       Filter: (NOT refused)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Result
--                 ->  CTE Scan on flow f_6
--           ->  CTE Scan on attempt a_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_1
--                       Filter: ((address IS NOT NULL) AND (refused = $45))
--                 ->  CTE Scan on allowed allowed_1
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_2
--                       Filter: ((address IS NOT NULL) AND (refused = $54))
--                 ->  CTE Scan on allowed allowed_2
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict
--   InitPlan 18
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 21
--     ->  Append
--           ->  Result
--                 One-Time Filter: (InitPlan 19).col1
--                 InitPlan 19
--                   ->  CTE Scan on window_taken_2 window_taken_2_1
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_2 f_7
--                       ->  Index Scan using send_windows_pkey on send_windows w_2
--                             Index Cond: ((subject = f_7.subject) AND (purpose = $42))
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 20).col1)
--                 InitPlan 20
--                   ->  CTE Scan on window_taken_2 window_taken_2_2
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_3 f_8
--                       ->  Index Scan using send_windows_pkey on send_windows w_3
--                             Index Cond: ((subject = f_8.subject) AND (purpose = $44))
