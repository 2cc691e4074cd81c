-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
subject_2 AS (SELECT $6::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $7::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $16 AND NOT (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $20::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $29::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $30, $31::timestamptz, 1, $32::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $33::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $34::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $35::timestamptz AND (w.window_ends_at <= $36::timestamptz
      OR w.sent < coalesce($37::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $38::timestamptz,
      status = CASE WHEN a.expires_at <= $39::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.phone AS address, a.language, a.id AS account_id,
      a.security_stamp, ($40::boolean AND (a.second_factor = $41 OR $42 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.phone IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $57 AND NOT (w.next_at <= $58::timestamptz AND (w.window_ends_at <= $59::timestamptz
      OR w.sent < coalesce($60::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $61::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $62),
of_network_2 AS (SELECT (f.subject || ' from ' || $63::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $64 AND NOT (w.next_at <= $65::timestamptz AND (w.window_ends_at <= $66::timestamptz
      OR w.sent < coalesce($67::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $69),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $71),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $72::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $73::bigint, $74::bigint, r.account_id, $75,
      $76, r.address, r.language, $77, $78::timestamptz, $79::timestamptz,
      $80::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $81::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $82::bigint, $83::bigint, r.account_id, $84,
      $85, r.address, r.language, $86, $87::timestamptz, $88::timestamptz,
      $89::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $90::bigint, $91::timestamptz, $92, v.outcome, $93, v.account_id, v.session_id, v.attempt_id,
      $94, $95, $96, CASE WHEN (v.outcome = ANY($97::text[]) OR (v.account_id IS NULL AND $98::text <> 'cli')) THEN md5(concat_ws(' ', $99::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
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
--           Conflict Filter: ((w.next_at <= $13) AND ((w.window_ends_at <= $14) OR (w.sent < COALESCE($15, (w.sent + 1)))))
--           ->  CTE Scan on subject_3 f_2
--   CTE subject
--     ->  Result
--           One-Time Filter: (InitPlan 6).col1
--           InitPlan 6
--             ->  CTE Scan on window_taken_2
--           ->  CTE Scan on subject_2 r
--   CTE free
--     ->  CTE Scan on subject f_4
--           Filter: (NOT (ANY (subject = (hashed SubPlan 8).col1)))
--           SubPlan 8
--             ->  Nested Loop
--                   ->  CTE Scan on subject f_3
--                   ->  Index Scan using send_windows_pkey on send_windows w_1
--                         Index Cond: ((subject = f_3.subject) AND (purpose = $16))
--                         Filter: ((next_at > $17) OR ((window_ends_at > $18) AND (sent >= COALESCE($19, (sent + 1)))))
--   CTE window_taken_3
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $26) AND ((w_2.window_ends_at <= $27) OR (w_2.sent < COALESCE($28, (w_2.sent + 1)))))
--           ->  CTE Scan on free f_5
--   CTE window_taken
--     ->  Insert on send_windows w_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_3.next_at <= $35) AND ((w_3.window_ends_at <= $36) OR (w_3.sent < COALESCE($37, (w_3.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_6.subject || ' from '::text) || $29) = window_taken_3.subject)
--                 ->  CTE Scan on free f_6
--                 ->  CTE Scan on window_taken_3
--   CTE allowed
--     ->  Result
--           One-Time Filter: (InitPlan 12).col1
--           InitPlan 12
--             ->  CTE Scan on window_taken
--           ->  CTE Scan on flow f_7
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
--           ->  CTE Scan on flow f_8
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = f_8.account_id)
--                 Filter: ((phone IS NOT NULL) AND (disabled_at IS NULL) AND (activated_at IS NOT NULL))
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop Left Join
--                 ->  Nested Loop
--                       ->  CTE Scan on allowed f_9
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--                 ->  CTE Scan on contact c
--                       Filter: (NOT refused)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Result
--                 ->  CTE Scan on flow f_10
--           ->  CTE Scan on attempt a_3
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_1
--                       Filter: ((address IS NOT NULL) AND (refused = $72))
--                 ->  CTE Scan on allowed allowed_1
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_2
--                       Filter: ((address IS NOT NULL) AND (refused = $81))
--                 ->  CTE Scan on allowed allowed_2
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 22
--     ->  CTE Scan on verdict
--   InitPlan 25
--     ->  Append
--           ->  Result
--                 One-Time Filter: (InitPlan 23).col1
--                 InitPlan 23
--                   ->  CTE Scan on window_taken_2 window_taken_2_1
--                 ->  Aggregate
--                       ->  Append
--                             ->  Nested Loop
--                                   Join Filter: (w_5.subject = f_11.subject)
--                                   ->  Nested Loop
--                                         ->  CTE Scan on subject_2 f_11
--                                         ->  Index Scan using send_windows_pkey on send_windows w_4
--                                               Index Cond: ((subject = f_11.subject) AND (purpose = $62))
--                                   ->  Index Scan using send_windows_pkey on send_windows w_5
--                                         Index Cond: ((subject = w_4.subject) AND (purpose = $57))
--                                         Filter: ((next_at > $58) OR ((window_ends_at > $59) AND (sent >= COALESCE($60, (sent + 1)))))
--                             ->  Nested Loop
--                                   ->  Nested Loop
--                                         ->  CTE Scan on subject_2 f_12
--                                         ->  Index Scan using send_windows_pkey on send_windows w_6
--                                               Index Cond: ((subject = ((f_12.subject || ' from '::text) || $63)) AND (purpose = $69))
--                                   ->  Index Scan using send_windows_pkey on send_windows w_7
--                                         Index Cond: ((subject = w_6.subject) AND (purpose = $64))
--                                         Filter: ((next_at > $65) OR ((window_ends_at > $66) AND (sent >= COALESCE($67, (sent + 1)))))
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 24).col1)
--                 InitPlan 24
--                   ->  CTE Scan on window_taken_2 window_taken_2_2
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_3 f_13
--                       ->  Index Scan using send_windows_pkey on send_windows w_8
--                             Index Cond: ((subject = f_13.subject) AND (purpose = $71))
