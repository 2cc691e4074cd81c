-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
subject_2 AS (SELECT $8::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $9::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $10, $11::timestamptz, 1, $12::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $13::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $14::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $15::timestamptz AND (w.window_ends_at <= $16::timestamptz
      OR w.sent < coalesce($17::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $18 AND NOT (w.next_at <= $19::timestamptz AND (w.window_ends_at <= $20::timestamptz
      OR w.sent < coalesce($21::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $22::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $23, $24::timestamptz, 1, $25::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $26::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $27::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $28::timestamptz AND (w.window_ends_at <= $29::timestamptz
      OR w.sent < coalesce($30::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $31::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $32, $33::timestamptz, 1, $34::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $35::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $36::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $37::timestamptz AND (w.window_ends_at <= $38::timestamptz
      OR w.sent < coalesce($39::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $40::timestamptz,
      status = CASE WHEN a.expires_at <= $41::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
contact AS (
    SELECT a.email AS address, a.language, a.id AS account_id,
      a.security_stamp, ($42::boolean AND (a.second_factor = $43 OR $44 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.email IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $59 AND NOT (w.next_at <= $60::timestamptz AND (w.window_ends_at <= $61::timestamptz
      OR w.sent < coalesce($62::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $63::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $64),
of_network_2 AS (SELECT (f.subject || ' from ' || $65::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $66 AND NOT (w.next_at <= $67::timestamptz AND (w.window_ends_at <= $68::timestamptz
      OR w.sent < coalesce($69::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $71),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $72::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $73),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $74::boolean),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($75::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
counted AS (SELECT r.counted FROM addressed r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $76, ARRAY[$77::timestamptz], $78::timestamptz FROM counted f WHERE least($79::int, $80::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $81::timestamptz) || $82::timestamptz
    WHERE (SELECT count(*) < $83::int AND count(*) FILTER (WHERE t > $84::timestamptz) < $85::int
      FROM unnest(s.sent_at) t WHERE t > $86::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $87::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $88::bigint, $89::bigint, r.account_id, $90,
      $91::boolean, $92, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $93::text END,
      $94::timestamptz, $95::timestamptz, $96::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $97::timestamptz END, r.withheld, (SELECT c FROM unnest($98::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $99::boolean),
addressed_2 AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($100::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient_2 r WHERE r.address IS NOT NULL),
counted_2 AS (SELECT r.counted FROM addressed_2 r),
recipient_send_2 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $101, ARRAY[$102::timestamptz], $103::timestamptz FROM counted_2 f WHERE least($104::int, $105::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $106::timestamptz) || $107::timestamptz
    WHERE (SELECT count(*) < $108::int AND count(*) FILTER (WHERE t > $109::timestamptz) < $110::int
      FROM unnest(s.sent_at) t WHERE t > $111::timestamptz)
    RETURNING s.recipient AS counted),
in_share_2 AS (SELECT r.* FROM addressed_2 r WHERE EXISTS (SELECT FROM recipient_send_2)),
judged_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share_2) THEN NULL::text ELSE $112::text END END AS withheld FROM addressed_2 r),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $113::bigint, $114::bigint, r.account_id, $115,
      $116::boolean, $117, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $118::text END,
      $119::timestamptz, $120::timestamptz, $121::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $122::timestamptz END, r.withheld, (SELECT c FROM unnest($123::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $124::bigint, $125::timestamptz, $126, v.outcome, $127, v.account_id, v.session_id, v.attempt_id,
      $128, $129, $130, CASE WHEN (v.outcome = ANY($131::text[])
    OR (v.account_id IS NULL AND $132::text <> ALL($133::text[]))) THEN $134::text || md5(concat_ws(' ', $135::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $136::text END
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
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (b_1.browser_session_id = s.browser_session_id)
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_browser_attempt on sessions s
--                             Index Cond: (browser_attempt_id = $4)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (stage = 'pending'::text))
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = s.account_id)
--                             Filter: (disabled_at IS NULL)
--                 ->  CTE Scan on browser b_1
--   CTE flow
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (b_2.browser_session_id = s_1.browser_session_id)
--                 ->  Nested Loop
--                       Join Filter: (h.account_id = s_1.account_id)
--                       ->  Nested Loop
--                             ->  CTE Scan on account h
--                             ->  Index Scan using accounts_pkey on accounts o
--                                   Index Cond: (id = h.account_id)
--                       ->  Index Scan using sessions_live on sessions s_1
--                             Index Cond: (account_id = o.id)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $7) AND (browser_attempt_id = $6) AND (stage = 'pending'::text) AND (o.security_stamp <= security_stamp))
--                 ->  CTE Scan on browser b_2
--   CTE subject_2
--     ->  CTE Scan on flow f
--   CTE subject_3
--     ->  CTE Scan on flow f_1
--   CTE window_taken_2
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $15) AND ((w.window_ends_at <= $16) OR (w.sent < COALESCE($17, (w.sent + 1)))))
--           ->  CTE Scan on subject_3 f_2
--   CTE subject
--     ->  Result
--           One-Time Filter: (InitPlan 7).col1
--           InitPlan 7
--             ->  CTE Scan on window_taken_2
--           ->  CTE Scan on subject_2 r
--   CTE free
--     ->  CTE Scan on subject f_4
--           Filter: (NOT (ANY (subject = (hashed SubPlan 9).col1)))
--           SubPlan 9
--             ->  Nested Loop
--                   ->  CTE Scan on subject f_3
--                   ->  Index Scan using send_windows_pkey on send_windows w_1
--                         Index Cond: ((subject = f_3.subject) AND (purpose = $18))
--                         Filter: ((next_at > $19) OR ((window_ends_at > $20) AND (sent >= COALESCE($21, (sent + 1)))))
--   CTE window_taken_3
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $28) AND ((w_2.window_ends_at <= $29) OR (w_2.sent < COALESCE($30, (w_2.sent + 1)))))
--           ->  CTE Scan on free f_5
--   CTE window_taken
--     ->  Insert on send_windows w_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_3.next_at <= $37) AND ((w_3.window_ends_at <= $38) OR (w_3.sent < COALESCE($39, (w_3.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_6.subject || ' from '::text) || $31) = window_taken_3.subject)
--                 ->  CTE Scan on free f_6
--                 ->  CTE Scan on window_taken_3
--   CTE allowed
--     ->  Result
--           One-Time Filter: (InitPlan 13).col1
--           InitPlan 13
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
--                 Filter: ((address IS NOT NULL) AND (refused = $74))
--           ->  CTE Scan on allowed allowed_1
--           SubPlan 20
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(c_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send
--     ->  Insert on recipient_sends s_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 23)
--           ->  Result
--                 One-Time Filter: (LEAST($79, $80) > 0)
--                 ->  CTE Scan on addressed r_1
--           SubPlan 22
--             ->  Function Scan on unnest t
--                   Filter: (t > $81)
--           SubPlan 23
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $86)
--   CTE message
--     ->  Insert on messages
--           InitPlan 28
--             ->  Result
--                   One-Time Filter: (InitPlan 27).col1
--                   InitPlan 27
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on addressed r_2
--           InitPlan 32
--             ->  Result
--                   One-Time Filter: (InitPlan 31).col1
--                   InitPlan 31
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on addressed r_3
--           InitPlan 36
--             ->  Result
--                   One-Time Filter: (InitPlan 35).col1
--                   InitPlan 35
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on addressed r_4
--           InitPlan 40
--             ->  Result
--                   One-Time Filter: (InitPlan 39).col1
--                   InitPlan 39
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on addressed r_5
--           InitPlan 41
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_2.c)
--           ->  CTE Scan on addressed r_6
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 33
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(r_6.address))
--   CTE addressed_2
--     ->  Nested Loop
--           ->  CTE Scan on contact c_3
--                 Filter: ((address IS NOT NULL) AND (refused = $99))
--           ->  CTE Scan on allowed allowed_2
--           SubPlan 43
--             ->  Function Scan on json_to_recordset p_1
--                   Filter: ((lower("substring"(c_3.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_3.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send_2
--     ->  Insert on recipient_sends s_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 46)
--           ->  Result
--                 One-Time Filter: (LEAST($104, $105) > 0)
--                 ->  CTE Scan on addressed_2 r_7
--           SubPlan 45
--             ->  Function Scan on unnest t_2
--                   Filter: (t > $106)
--           SubPlan 46
--             ->  Aggregate
--                   ->  Function Scan on unnest t_3
--                         Filter: (t > $111)
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 51
--             ->  Result
--                   One-Time Filter: (InitPlan 50).col1
--                   InitPlan 50
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_1
--                   ->  CTE Scan on addressed_2 r_8
--           InitPlan 55
--             ->  Result
--                   One-Time Filter: (InitPlan 54).col1
--                   InitPlan 54
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_2
--                   ->  CTE Scan on addressed_2 r_9
--           InitPlan 59
--             ->  Result
--                   One-Time Filter: (InitPlan 58).col1
--                   InitPlan 58
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_3
--                   ->  CTE Scan on addressed_2 r_10
--           InitPlan 63
--             ->  Result
--                   One-Time Filter: (InitPlan 62).col1
--                   InitPlan 62
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_4
--                   ->  CTE Scan on addressed_2 r_11
--           InitPlan 64
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_4.c)
--           ->  CTE Scan on addressed_2 r_12
--                 SubPlan 48
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(r_12.address))
--                 SubPlan 52
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(r_12.address))
--                 SubPlan 56
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(r_12.address))
--                 SubPlan 60
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(r_12.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 67
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
--   InitPlan 68
--     ->  CTE Scan on verdict
--   InitPlan 71
--     ->  Append
--           ->  Result
--                 One-Time Filter: (InitPlan 69).col1
--                 InitPlan 69
--                   ->  CTE Scan on window_taken_2 window_taken_2_1
--                 ->  Aggregate
--                       ->  Append
--                             ->  Nested Loop
--                                   Join Filter: (w_5.subject = f_11.subject)
--                                   ->  Nested Loop
--                                         ->  CTE Scan on subject_2 f_11
--                                         ->  Index Scan using send_windows_pkey on send_windows w_4
--                                               Index Cond: ((subject = f_11.subject) AND (purpose = $64))
--                                   ->  Index Scan using send_windows_pkey on send_windows w_5
--                                         Index Cond: ((subject = w_4.subject) AND (purpose = $59))
--                                         Filter: ((next_at > $60) OR ((window_ends_at > $61) AND (sent >= COALESCE($62, (sent + 1)))))
--                             ->  Nested Loop
--                                   ->  Nested Loop
--                                         ->  CTE Scan on subject_2 f_12
--                                         ->  Index Scan using send_windows_pkey on send_windows w_6
--                                               Index Cond: ((subject = ((f_12.subject || ' from '::text) || $65)) AND (purpose = $71))
--                                   ->  Index Scan using send_windows_pkey on send_windows w_7
--                                         Index Cond: ((subject = w_6.subject) AND (purpose = $66))
--                                         Filter: ((next_at > $67) OR ((window_ends_at > $68) AND (sent >= COALESCE($69, (sent + 1)))))
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 70).col1)
--                 InitPlan 70
--                   ->  CTE Scan on window_taken_2 window_taken_2_2
--                 ->  Nested Loop
--                       ->  CTE Scan on subject_3 f_13
--                       ->  Index Scan using send_windows_pkey on send_windows w_8
--                             Index Cond: ((subject = f_13.subject) AND (purpose = $73))
