-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id)
      WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
subject_2 AS (SELECT $6::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $7::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM subject f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $24::timestamptz,
      status = CASE WHEN a.expires_at <= $25::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.email AS address, a.language, a.id AS account_id,
      a.security_stamp, ($26::boolean AND (a.second_factor = $27 OR $28 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.email IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $43::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_2 f ON w.subject = f.subject WHERE w.purpose = $44),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $45::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $46),
next AS (
        SELECT next_at FROM waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_2 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $47::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $48::bigint, $49::bigint, r.account_id, $50,
      $51, r.address, r.language, $52, $53::timestamptz, $54::timestamptz,
      $55::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $56::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $57::bigint, $58::bigint, r.account_id, $59,
      $60, r.address, r.language, $61, $62::timestamptz, $63::timestamptz,
      $64::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $65::bigint, $66::timestamptz, $67, outcome, $68, account_id, session_id, attempt_id,
      $69, $70, $71
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
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       Join Filter: (b_1.browser_session_id = s.browser_session_id)
--                       ->  Index Scan using sessions_browser_attempt on sessions s
--                             Index Cond: (browser_attempt_id = $4)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (stage = 'pending'::text))
--                       ->  CTE Scan on browser b_1
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE subject_2
--     ->  CTE Scan on flow f
--   CTE subject_3
--     ->  CTE Scan on flow f_1
--   CTE window_taken_2
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $13) AND ((w.window_ends_at <= $14) OR (w.sent < COALESCE($15, (w.sent + 1)))))
--           ->  CTE Scan on subject_3 f_2
--   CTE window_taken
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $21) AND ((w_1.window_ends_at <= $22) OR (w_1.sent < COALESCE($23, (w_1.sent + 1)))))
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
--     ->  Update on attempts a
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: allowed.id
--                       ->  CTE Scan on allowed
--                 ->  Index Scan using attempts_browser on attempts a
--                       Index Cond: (browser_attempt_id = allowed.id)
--                       Filter: ((kind <> 'totp'::text) AND (status = 'open'::text))
--   CTE contact
--     ->  Nested Loop
--           ->  CTE Scan on flow f_4
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = f_4.account_id)
--                 Filter: ((email IS NOT NULL) AND (disabled_at IS NULL) AND (activated_at IS NOT NULL))
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
--                       Filter: ((address IS NOT NULL) AND (refused = $47))
--                 ->  CTE Scan on allowed allowed_1
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_2
--                       Filter: ((address IS NOT NULL) AND (refused = $56))
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
--                             Index Cond: ((subject = f_7.subject) AND (purpose = $44))
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 20).col1)
--                 InitPlan 20
--                   ->  CTE Scan on window_taken_2 window_taken_2_2
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_3 f_8
--                       ->  Index Scan using send_windows_pkey on send_windows w_3
--                             Index Cond: ((subject = f_8.subject) AND (purpose = $46))
