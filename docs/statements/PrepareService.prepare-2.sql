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
    WHERE (w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $17 AND NOT (w.next_at <= $18::timestamptz AND (w.window_ends_at <= $19::timestamptz
      OR w.sent < coalesce($20::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $21::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $22, $23::timestamptz, 1, $24::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $25::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $26::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $30::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $39::timestamptz,
      status = CASE WHEN a.expires_at <= $40::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT u.phone AS address, u.language, NULL::bigint AS account_id, NULL::int AS security_stamp,
      u.phone_taken AS refused
    FROM sign_ups u JOIN flow f USING (id)),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $41::bigint, $42, $43, $44, $45, $46,
          f.subject, f.account_id, f.session_id, $47, $48,
          $49::smallint, $50::timestamptz, $51::timestamptz,
          $52::bigint, $53::bigint,
          $54::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $55 AND NOT (w.next_at <= $56::timestamptz AND (w.window_ends_at <= $57::timestamptz
      OR w.sent < coalesce($58::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $59::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $60),
of_network_2 AS (SELECT (f.subject || ' from ' || $61::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $69),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $70::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $71::bigint, $72::bigint, r.account_id, $73,
      $74, r.address, r.language, $75, $76::timestamptz, $77::timestamptz,
      $78::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $79::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $80::bigint, $81::bigint, r.account_id, $82,
      $83, r.address, r.language, $84, $85::timestamptz, $86::timestamptz,
      $87::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $88::bigint, $89::timestamptz, $90, v.outcome, $91, v.account_id, v.session_id, v.attempt_id,
      $92, $93, $94, CASE WHEN (v.outcome = ANY($95::text[]) OR (v.account_id IS NULL AND $96::text <> 'cli')) THEN md5(concat_ws(' ', $97::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
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
--           Conflict Filter: ((w.next_at <= $14) AND ((w.window_ends_at <= $15) OR (w.sent < COALESCE($16, (w.sent + 1)))))
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
--                         Index Cond: ((subject = f_3.subject) AND (purpose = $17))
--                         Filter: ((next_at > $18) OR ((window_ends_at > $19) AND (sent >= COALESCE($20, (sent + 1)))))
--   CTE window_taken_3
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $27) AND ((w_2.window_ends_at <= $28) OR (w_2.sent < COALESCE($29, (w_2.sent + 1)))))
--           ->  CTE Scan on free f_5
--   CTE window_taken
--     ->  Insert on send_windows w_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_3.next_at <= $36) AND ((w_3.window_ends_at <= $37) OR (w_3.sent < COALESCE($38, (w_3.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_6.subject || ' from '::text) || $30) = window_taken_3.subject)
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
--           ->  Index Scan using sign_ups_pkey on sign_ups u
--                 Index Cond: (id = f_8.id)
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
--           ->  CTE Scan on attempt a_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_1
--                       Filter: ((address IS NOT NULL) AND (refused = $70))
--                 ->  CTE Scan on allowed allowed_1
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on contact c_2
--                       Filter: ((address IS NOT NULL) AND (refused = $79))
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
--                                               Index Cond: ((subject = f_11.subject) AND (purpose = $60))
--                                   ->  Index Scan using send_windows_pkey on send_windows w_5
--                                         Index Cond: ((subject = w_4.subject) AND (purpose = $55))
--                                         Filter: ((next_at > $56) OR ((window_ends_at > $57) AND (sent >= COALESCE($58, (sent + 1)))))
--                             ->  Nested Loop
--                                   ->  Nested Loop
--                                         ->  CTE Scan on subject_2 f_12
--                                         ->  Index Scan using send_windows_pkey on send_windows w_6
--                                               Index Cond: ((subject = ((f_12.subject || ' from '::text) || $61)) AND (purpose = $67))
--                                   ->  Index Scan using send_windows_pkey on send_windows w_7
--                                         Index Cond: ((subject = w_6.subject) AND (purpose = $62))
--                                         Filter: ((next_at > $63) OR ((window_ends_at > $64) AND (sent >= COALESCE($65, (sent + 1)))))
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 24).col1)
--                 InitPlan 24
--                   ->  CTE Scan on window_taken_2 window_taken_2_2
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_3 f_13
--                       ->  Index Scan using send_windows_pkey on send_windows w_8
--                             Index Cond: ((subject = f_13.subject) AND (purpose = $69))
