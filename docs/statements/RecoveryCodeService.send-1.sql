-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $7 AND NOT (w.next_at <= $8::timestamptz AND (w.window_ends_at <= $9::timestamptz
      OR w.sent < coalesce($10::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $11::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $20::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($43::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $45),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($46::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $47, $48::int, $49::int, $50::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $51::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $52::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $53::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $54::timestamptz) OR c.for_anybody + c.for_owners < $55::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $56::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $57, ARRAY[$58::timestamptz], $59::timestamptz FROM counted f WHERE least($60::int, $61::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $62::timestamptz) || $63::timestamptz
    WHERE (SELECT count(*) < $64::int AND count(*) FILTER (WHERE t > $65::timestamptz) < $66::int
      FROM unnest(s.sent_at) t WHERE t > $67::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $68::text END ELSE $69::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $70::bigint, $71::bigint, r.account_id, $72,
      $73::boolean, $74, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $75::text END,
      $76::timestamptz, $77::timestamptz, $78::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $79::timestamptz END, r.withheld, (SELECT c FROM unnest($80::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $81),
addressed_2 AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($82::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee_2 r WHERE r.address IS NOT NULL),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $83, $84::int, $85::int, $86::timestamptz FROM addressed_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $87::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $88::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $89::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $90::timestamptz) OR c.for_anybody + c.for_owners < $91::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $92::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM addressed_2 r WHERE EXISTS (SELECT FROM window_send_2)),
counted_2 AS (SELECT r.counted FROM within_window_2 r),
recipient_send_2 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $93, ARRAY[$94::timestamptz], $95::timestamptz FROM counted_2 f WHERE least($96::int, $97::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $98::timestamptz) || $99::timestamptz
    WHERE (SELECT count(*) < $100::int AND count(*) FILTER (WHERE t > $101::timestamptz) < $102::int
      FROM unnest(s.sent_at) t WHERE t > $103::timestamptz)
    RETURNING s.recipient AS counted),
in_share_2 AS (SELECT r.* FROM within_window_2 r WHERE EXISTS (SELECT FROM recipient_send_2)),
window_send_3 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $104), ''), $105::int, $106::int, $107::timestamptz FROM in_share_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $108::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $109::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $110::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $111::timestamptz) OR c.for_anybody + c.for_owners < $112::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $113::int)
    RETURNING c.counted),
within_window_3 AS (SELECT r.* FROM in_share_2 r WHERE EXISTS (SELECT FROM window_send_3)),
window_send_4 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $114, $115::int, $116::int, $117::timestamptz FROM within_window_3 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $118::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $119::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $120::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $121::timestamptz) OR c.for_anybody + c.for_owners < $122::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $123::int)
    RETURNING c.counted),
within_window_4 AS (SELECT r.* FROM within_window_3 r WHERE EXISTS (SELECT FROM window_send_4)),
judged_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window_2) THEN CASE WHEN EXISTS (SELECT FROM in_share_2) THEN CASE WHEN EXISTS (SELECT FROM within_window_3) THEN CASE WHEN EXISTS (SELECT FROM within_window_4) THEN NULL::text ELSE $124::text END ELSE $125::text END ELSE $126::text END ELSE $127::text END END AS withheld FROM addressed_2 r),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $128::bigint, $129::bigint, r.account_id, $130,
      $131::boolean, $132, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $133::text END,
      $134::timestamptz, $135::timestamptz, $136::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $137::timestamptz END, r.withheld, (SELECT c FROM unnest($138::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $139::bigint, $140::timestamptz, $141, v.outcome, $142, v.account_id, v.session_id, v.attempt_id,
      $143, $144, $145, CASE WHEN (v.outcome = ANY($146::text[])
    OR (v.account_id IS NULL AND $147::text <> ALL($148::text[]))) THEN $149::text || md5(concat_ws(' ', $150::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $151::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_prefix on accounts
--                 Index Cond: (email = $1)
--                 Filter: ((disabled_at IS NULL) AND (($2 IS NULL) OR (NOT (org_id IS DISTINCT FROM $3))) AND (($4 IS NULL) OR (NOT (tenant_id IS DISTINCT FROM $5))))
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE free
--     ->  CTE Scan on subject f_1
--           Filter: (NOT (ANY (subject = (hashed SubPlan 3).col1)))
--           SubPlan 3
--             ->  Nested Loop
--                   ->  CTE Scan on subject f
--                   ->  Index Scan using send_windows_pkey on send_windows w
--                         Index Cond: ((subject = f.subject) AND (purpose = $7))
--                         Filter: ((next_at > $8) OR ((window_ends_at > $9) AND (sent >= COALESCE($10, (sent + 1)))))
--   CTE window_taken_2
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $17) AND ((w_1.window_ends_at <= $18) OR (w_1.sent < COALESCE($19, (w_1.sent + 1)))))
--           ->  CTE Scan on free f_2
--   CTE window_taken
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $26) AND ((w_2.window_ends_at <= $27) OR (w_2.sent < COALESCE($28, (w_2.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_3.subject || ' from '::text) || $20) = window_taken_2.subject)
--                 ->  CTE Scan on free f_3
--                 ->  CTE Scan on window_taken_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s.subject = window_taken.subject)
--           ->  CTE Scan on subject s
--           ->  CTE Scan on window_taken
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on allowed f_4
--   CTE recipient
--     ->  Nested Loop
--           ->  CTE Scan on allowed f_5
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_5.account_id)
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
--   CTE addressed
--     ->  CTE Scan on recipient
--           Filter: ((address IS NOT NULL) AND (channel = $45))
--           SubPlan 12
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(recipient.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(recipient.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send
--     ->  Insert on send_counts c
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c.window_ends_at <= $54) OR (((c.for_anybody + c.for_owners) < $55) AND ((excluded_2.for_owners > 0) OR (c.for_anybody < $56))))
--           ->  CTE Scan on addressed r_1
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 15).col1
--           InitPlan 15
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_2
--   CTE recipient_send
--     ->  Insert on recipient_sends s_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 18)
--           ->  Result
--                 One-Time Filter: (LEAST($60, $61) > 0)
--                 ->  CTE Scan on within_window r_3
--           SubPlan 17
--             ->  Function Scan on unnest t
--                   Filter: (t > $62)
--           SubPlan 18
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $67)
--   CTE message
--     ->  Insert on messages
--           InitPlan 22
--             ->  CTE Scan on within_window
--           InitPlan 24
--             ->  Result
--                   One-Time Filter: (InitPlan 23).col1
--                   InitPlan 23
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on within_window r_4
--           InitPlan 27
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 29
--             ->  Result
--                   One-Time Filter: (InitPlan 28).col1
--                   InitPlan 28
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on within_window r_5
--           InitPlan 32
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 34
--             ->  Result
--                   One-Time Filter: (InitPlan 33).col1
--                   InitPlan 33
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on within_window r_6
--           InitPlan 37
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 39
--             ->  Result
--                   One-Time Filter: (InitPlan 38).col1
--                   InitPlan 38
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on within_window r_7
--           InitPlan 40
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  CTE Scan on addressed r_8
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 35
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_8.address))
--   CTE addressed_2
--     ->  CTE Scan on recipient recipient_1
--           Filter: ((address IS NOT NULL) AND (channel = $81))
--           SubPlan 42
--             ->  Function Scan on json_to_recordset p_1
--                   Filter: ((lower("substring"(recipient_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(recipient_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send_2
--     ->  Insert on send_counts c_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_2.window_ends_at <= $90) OR (((c_2.for_anybody + c_2.for_owners) < $91) AND ((excluded_4.for_owners > 0) OR (c_2.for_anybody < $92))))
--           ->  CTE Scan on addressed_2 r_9
--   CTE within_window_2
--     ->  Result
--           One-Time Filter: (InitPlan 45).col1
--           InitPlan 45
--             ->  CTE Scan on window_send_2
--           ->  CTE Scan on addressed_2 r_10
--   CTE recipient_send_2
--     ->  Insert on recipient_sends s_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 48)
--           ->  Result
--                 One-Time Filter: (LEAST($96, $97) > 0)
--                 ->  CTE Scan on within_window_2 r_11
--           SubPlan 47
--             ->  Function Scan on unnest t_2
--                   Filter: (t > $98)
--           SubPlan 48
--             ->  Aggregate
--                   ->  Function Scan on unnest t_3
--                         Filter: (t > $103)
--   CTE in_share_2
--     ->  Result
--           One-Time Filter: (InitPlan 50).col1
--           InitPlan 50
--             ->  CTE Scan on recipient_send_2 recipient_send_2_1
--           ->  CTE Scan on within_window_2 r_12
--   CTE window_send_3
--     ->  Insert on send_counts c_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_3.window_ends_at <= $111) OR (((c_3.for_anybody + c_3.for_owners) < $112) AND ((excluded_6.for_owners > 0) OR (c_3.for_anybody < $113))))
--           ->  CTE Scan on in_share_2 r_13
--   CTE within_window_3
--     ->  Result
--           One-Time Filter: (InitPlan 53).col1
--           InitPlan 53
--             ->  CTE Scan on window_send_3
--           ->  CTE Scan on in_share_2 r_14
--   CTE window_send_4
--     ->  Insert on send_counts c_4
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_4.window_ends_at <= $121) OR (((c_4.for_anybody + c_4.for_owners) < $122) AND ((excluded_7.for_owners > 0) OR (c_4.for_anybody < $123))))
--           ->  CTE Scan on within_window_3 r_15
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 58
--             ->  CTE Scan on within_window_2 within_window_2_1
--           InitPlan 59
--             ->  CTE Scan on in_share_2
--           InitPlan 60
--             ->  CTE Scan on within_window_3 within_window_3_1
--           InitPlan 62
--             ->  Result
--                   One-Time Filter: (InitPlan 61).col1
--                   InitPlan 61
--                     ->  CTE Scan on window_send_4
--                   ->  CTE Scan on within_window_3 r_16
--           InitPlan 65
--             ->  CTE Scan on within_window_2 within_window_2_2
--           InitPlan 66
--             ->  CTE Scan on in_share_2 in_share_2_1
--           InitPlan 67
--             ->  CTE Scan on within_window_3 within_window_3_2
--           InitPlan 69
--             ->  Result
--                   One-Time Filter: (InitPlan 68).col1
--                   InitPlan 68
--                     ->  CTE Scan on window_send_4 window_send_4_1
--                   ->  CTE Scan on within_window_3 r_17
--           InitPlan 72
--             ->  CTE Scan on within_window_2 within_window_2_3
--           InitPlan 73
--             ->  CTE Scan on in_share_2 in_share_2_2
--           InitPlan 74
--             ->  CTE Scan on within_window_3 within_window_3_3
--           InitPlan 76
--             ->  Result
--                   One-Time Filter: (InitPlan 75).col1
--                   InitPlan 75
--                     ->  CTE Scan on window_send_4 window_send_4_2
--                   ->  CTE Scan on within_window_3 r_18
--           InitPlan 79
--             ->  CTE Scan on within_window_2 within_window_2_4
--           InitPlan 80
--             ->  CTE Scan on in_share_2 in_share_2_3
--           InitPlan 81
--             ->  CTE Scan on within_window_3 within_window_3_4
--           InitPlan 83
--             ->  Result
--                   One-Time Filter: (InitPlan 82).col1
--                   InitPlan 82
--                     ->  CTE Scan on window_send_4 window_send_4_3
--                   ->  CTE Scan on within_window_3 r_19
--           InitPlan 84
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_5
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_5.c)
--           ->  CTE Scan on addressed_2 r_20
--                 SubPlan 56
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(r_20.address))
--                 SubPlan 63
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(r_20.address))
--                 SubPlan 70
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(r_20.address))
--                 SubPlan 77
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(r_20.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 87
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_1.purpose, attempt_1.method
--                 ->  CTE Scan on attempt attempt_1
--   ->  Result
--   ->  CTE Scan on verdict
