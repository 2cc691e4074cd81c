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
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
contact AS (
    SELECT a.email AS address, a.language, a.id AS account_id,
      a.security_stamp, ($40::boolean AND (a.second_factor = $41 OR $42 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.email IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
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
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
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
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($73::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $74, $75::int, $76::int, $77::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $78::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $79::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $80::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $81::timestamptz) OR c.for_anybody + c.for_owners < $82::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $83::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $84, ARRAY[$85::timestamptz], $86::timestamptz FROM counted f WHERE least($87::int, $88::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $89::timestamptz) || $90::timestamptz
    WHERE (SELECT count(*) < $91::int AND count(*) FILTER (WHERE t > $92::timestamptz) < $93::int
      FROM unnest(s.sent_at) t WHERE t > $94::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $95::text END ELSE $96::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $97::bigint, $98::bigint, r.account_id, $99,
      $100::boolean, $101, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $102::text END,
      $103::timestamptz, $104::timestamptz, $105::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $106::timestamptz END, r.withheld, (SELECT c FROM unnest($107::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $108::boolean),
addressed_2 AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($109::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient_2 r WHERE r.address IS NOT NULL),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $110, $111::int, $112::int, $113::timestamptz FROM addressed_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $114::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $115::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $116::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $117::timestamptz) OR c.for_anybody + c.for_owners < $118::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $119::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM addressed_2 r WHERE EXISTS (SELECT FROM window_send_2)),
counted_2 AS (SELECT r.counted FROM within_window_2 r),
recipient_send_2 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $120, ARRAY[$121::timestamptz], $122::timestamptz FROM counted_2 f WHERE least($123::int, $124::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $125::timestamptz) || $126::timestamptz
    WHERE (SELECT count(*) < $127::int AND count(*) FILTER (WHERE t > $128::timestamptz) < $129::int
      FROM unnest(s.sent_at) t WHERE t > $130::timestamptz)
    RETURNING s.recipient AS counted),
in_share_2 AS (SELECT r.* FROM within_window_2 r WHERE EXISTS (SELECT FROM recipient_send_2)),
judged_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window_2) THEN CASE WHEN EXISTS (SELECT FROM in_share_2) THEN NULL::text ELSE $131::text END ELSE $132::text END END AS withheld FROM addressed_2 r),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $133::bigint, $134::bigint, r.account_id, $135,
      $136::boolean, $137, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $138::text END,
      $139::timestamptz, $140::timestamptz, $141::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $142::timestamptz END, r.withheld, (SELECT c FROM unnest($143::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $144::bigint, $145::timestamptz, $146, v.outcome, $147, v.account_id, v.session_id, v.attempt_id,
      $148, $149, $150, CASE WHEN (v.outcome = ANY($151::text[])
    OR (v.account_id IS NULL AND $152::text <> ALL($153::text[]))) THEN $154::text || md5(concat_ws(' ', $155::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $156::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at) rows) answer ON true;

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
--                 Filter: ((email IS NOT NULL) AND (disabled_at IS NULL) AND (activated_at IS NOT NULL))
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
--   CTE addressed
--     ->  Nested Loop
--           ->  CTE Scan on contact c_1
--                 Filter: ((address IS NOT NULL) AND (refused = $72))
--           ->  CTE Scan on allowed allowed_1
--           SubPlan 19
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(c_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send
--     ->  Insert on send_counts c_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_2.window_ends_at <= $81) OR (((c_2.for_anybody + c_2.for_owners) < $82) AND ((excluded_3.for_owners > 0) OR (c_2.for_anybody < $83))))
--           ->  CTE Scan on addressed r_1
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 22).col1
--           InitPlan 22
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_2
--   CTE recipient_send
--     ->  Insert on recipient_sends s_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 25)
--           ->  Result
--                 One-Time Filter: (LEAST($87, $88) > 0)
--                 ->  CTE Scan on within_window r_3
--           SubPlan 24
--             ->  Function Scan on unnest t
--                   Filter: (t > $89)
--           SubPlan 25
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $94)
--   CTE message
--     ->  Insert on messages
--           InitPlan 29
--             ->  CTE Scan on within_window
--           InitPlan 31
--             ->  Result
--                   One-Time Filter: (InitPlan 30).col1
--                   InitPlan 30
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on within_window r_4
--           InitPlan 34
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 36
--             ->  Result
--                   One-Time Filter: (InitPlan 35).col1
--                   InitPlan 35
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on within_window r_5
--           InitPlan 39
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 41
--             ->  Result
--                   One-Time Filter: (InitPlan 40).col1
--                   InitPlan 40
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on within_window r_6
--           InitPlan 44
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 46
--             ->  Result
--                   One-Time Filter: (InitPlan 45).col1
--                   InitPlan 45
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on within_window r_7
--           InitPlan 47
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_3.c)
--           ->  CTE Scan on addressed r_8
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 32
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 42
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(r_8.address))
--   CTE addressed_2
--     ->  Nested Loop
--           ->  CTE Scan on contact c_4
--                 Filter: ((address IS NOT NULL) AND (refused = $108))
--           ->  CTE Scan on allowed allowed_2
--           SubPlan 49
--             ->  Function Scan on json_to_recordset p_1
--                   Filter: ((lower("substring"(c_4.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_4.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send_2
--     ->  Insert on send_counts c_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_5.window_ends_at <= $117) OR (((c_5.for_anybody + c_5.for_owners) < $118) AND ((excluded_5.for_owners > 0) OR (c_5.for_anybody < $119))))
--           ->  CTE Scan on addressed_2 r_9
--   CTE within_window_2
--     ->  Result
--           One-Time Filter: (InitPlan 52).col1
--           InitPlan 52
--             ->  CTE Scan on window_send_2
--           ->  CTE Scan on addressed_2 r_10
--   CTE recipient_send_2
--     ->  Insert on recipient_sends s_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 55)
--           ->  Result
--                 One-Time Filter: (LEAST($123, $124) > 0)
--                 ->  CTE Scan on within_window_2 r_11
--           SubPlan 54
--             ->  Function Scan on unnest t_2
--                   Filter: (t > $125)
--           SubPlan 55
--             ->  Aggregate
--                   ->  Function Scan on unnest t_3
--                         Filter: (t > $130)
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 59
--             ->  CTE Scan on within_window_2 within_window_2_1
--           InitPlan 61
--             ->  Result
--                   One-Time Filter: (InitPlan 60).col1
--                   InitPlan 60
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_1
--                   ->  CTE Scan on within_window_2 r_12
--           InitPlan 64
--             ->  CTE Scan on within_window_2 within_window_2_2
--           InitPlan 66
--             ->  Result
--                   One-Time Filter: (InitPlan 65).col1
--                   InitPlan 65
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_2
--                   ->  CTE Scan on within_window_2 r_13
--           InitPlan 69
--             ->  CTE Scan on within_window_2 within_window_2_3
--           InitPlan 71
--             ->  Result
--                   One-Time Filter: (InitPlan 70).col1
--                   InitPlan 70
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_3
--                   ->  CTE Scan on within_window_2 r_14
--           InitPlan 74
--             ->  CTE Scan on within_window_2 within_window_2_4
--           InitPlan 76
--             ->  Result
--                   One-Time Filter: (InitPlan 75).col1
--                   InitPlan 75
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_4
--                   ->  CTE Scan on within_window_2 r_15
--           InitPlan 77
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_6
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_6.c)
--           ->  CTE Scan on addressed_2 r_16
--                 SubPlan 57
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(r_16.address))
--                 SubPlan 62
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(r_16.address))
--                 SubPlan 67
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(r_16.address))
--                 SubPlan 72
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(r_16.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 80
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: closed_1.purpose, closed_1.method, closed_1.status
--                             ->  CTE Scan on closed closed_1
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: attempt_1.purpose, attempt_1.method
--                             ->  CTE Scan on attempt attempt_1
--   InitPlan 81
--     ->  CTE Scan on verdict
--   InitPlan 84
--     ->  Append
--           ->  Result
--                 One-Time Filter: (InitPlan 82).col1
--                 InitPlan 82
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
--                 One-Time Filter: (NOT (InitPlan 83).col1)
--                 InitPlan 83
--                   ->  CTE Scan on window_taken_2 window_taken_2_2
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_3 f_13
--                       ->  Index Scan using send_windows_pkey on send_windows w_8
--                             Index Cond: ((subject = f_13.subject) AND (purpose = $71))
