-- LinkRequestService.request

WITH asked AS (SELECT $1::text AS subject),
refused AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $2 AND NOT (w.next_at <= $3::timestamptz AND (w.window_ends_at <= $4::timestamptz
      OR w.sent < coalesce($5::int, w.sent + 1)))),
free AS (SELECT f.subject FROM asked f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $6::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $15::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1)))
    RETURNING w.subject),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $24 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $25::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
asking AS (SELECT s.* FROM subject s WHERE EXISTS (SELECT FROM window_taken)),
refused_2 AS (
    SELECT f.subject FROM asking f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $26 AND NOT (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))),
free_2 AS (SELECT f.subject FROM asking f WHERE f.subject NOT IN (SELECT subject FROM refused_2)),
of_network_2 AS (SELECT (f.subject || ' from ' || $30::text) AS subject FROM free_2 f),
window_taken_4 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM of_network_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
within_share_2 AS (SELECT f.subject FROM free_2 f WHERE (f.subject || ' from ' || $39::text) IN (SELECT subject FROM window_taken_4)),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $40, $41::timestamptz, 1, $42::timestamptz FROM within_share_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $43::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $44::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $45::timestamptz AND (w.window_ends_at <= $46::timestamptz
      OR w.sent < coalesce($47::int, w.sent + 1)))
    RETURNING w.subject),
opening AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM asking s JOIN window_taken_3 USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $48::bigint, $49, $50, $51, $52, $53,
          f.subject, f.account_id, f.session_id, $54, $55,
          $56::smallint, $57::timestamptz, $58::timestamptz,
          $59::bigint, $60::bigint,
          $61::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN attempt f ON f.account_id = a.id WHERE a.email IS NOT NULL),
verdict AS (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
refused_3 AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
of_network_3 AS (SELECT (f.subject || ' from ' || $68::text) AS subject FROM asked f),
refused_4 AS (
    SELECT f.subject FROM of_network_3 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $69 AND NOT (w.next_at <= $70::timestamptz AND (w.window_ends_at <= $71::timestamptz
      OR w.sent < coalesce($72::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $73::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_4 f ON w.subject = f.subject WHERE w.purpose = $74),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $75::bigint, $76, $77, $78, $79, $80,
          f.subject, f.account_id, f.session_id, $81, $82,
          $83::smallint, $84::timestamptz, $85::timestamptz,
          $86::bigint, $87::bigint,
          $88::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
link_page AS (
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, $89, $90, $91 FROM attempt RETURNING attempt_id),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($92::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $93, $94::int, $95::int, $96::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $97::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $98::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $99::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $100::timestamptz) OR c.for_anybody + c.for_owners < $101::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $102::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $103, ARRAY[$104::timestamptz], $105::timestamptz FROM counted f WHERE least($106::int, $107::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $108::timestamptz) || $109::timestamptz
    WHERE (SELECT count(*) < $110::int AND count(*) FILTER (WHERE t > $111::timestamptz) < $112::int
      FROM unnest(s.sent_at) t WHERE t > $113::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $114::text END ELSE $115::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $116::bigint, $117::bigint, r.account_id, $118,
      $119::boolean, $120, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $121::text END,
      $122::timestamptz, $123::timestamptz, $124::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $125::timestamptz END, r.withheld, (SELECT c FROM unnest($126::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $127::bigint, $128::timestamptz, $129, v.outcome, $130, v.account_id, v.session_id, v.attempt_id,
      $131, $132, $133, CASE WHEN (v.outcome = ANY($134::text[])
    OR (v.account_id IS NULL AND $135::text <> ALL($136::text[]))) THEN $137::text || md5(concat_ws(' ', $138::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $139::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt_2 GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE asked
--     ->  Result
--   CTE free
--     ->  CTE Scan on asked f_1
--           Filter: (NOT (ANY (subject = (hashed SubPlan 2).col1)))
--           SubPlan 2
--             ->  Nested Loop
--                   ->  CTE Scan on asked f
--                   ->  Index Scan using send_windows_pkey on send_windows w
--                         Index Cond: ((subject = f.subject) AND (purpose = $2))
--                         Filter: ((next_at > $3) OR ((window_ends_at > $4) AND (sent >= COALESCE($5, (sent + 1)))))
--   CTE window_taken_2
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $12) AND ((w_1.window_ends_at <= $13) OR (w_1.sent < COALESCE($14, (w_1.sent + 1)))))
--           ->  CTE Scan on free f_2
--   CTE window_taken
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $21) AND ((w_2.window_ends_at <= $22) OR (w_2.sent < COALESCE($23, (w_2.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_3.subject || ' from '::text) || $15) = window_taken_2.subject)
--                 ->  CTE Scan on free f_3
--                 ->  CTE Scan on window_taken_2
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_username_prefix on accounts
--                 Index Cond: (username = $24)
--                 Filter: (disabled_at IS NULL)
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE asking
--     ->  Result
--           One-Time Filter: (InitPlan 8).col1
--           InitPlan 8
--             ->  CTE Scan on window_taken
--           ->  CTE Scan on subject s
--   CTE free_2
--     ->  CTE Scan on asking f_5
--           Filter: (NOT (ANY (subject = (hashed SubPlan 10).col1)))
--           SubPlan 10
--             ->  Nested Loop
--                   ->  CTE Scan on asking f_4
--                   ->  Index Scan using send_windows_pkey on send_windows w_3
--                         Index Cond: ((subject = f_4.subject) AND (purpose = $26))
--                         Filter: ((next_at > $27) OR ((window_ends_at > $28) AND (sent >= COALESCE($29, (sent + 1)))))
--   CTE window_taken_4
--     ->  Insert on send_windows w_4
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_4.next_at <= $36) AND ((w_4.window_ends_at <= $37) OR (w_4.sent < COALESCE($38, (w_4.sent + 1)))))
--           ->  CTE Scan on free_2 f_6
--   CTE window_taken_3
--     ->  Insert on send_windows w_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_5.next_at <= $45) AND ((w_5.window_ends_at <= $46) OR (w_5.sent < COALESCE($47, (w_5.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_7.subject || ' from '::text) || $39) = window_taken_4.subject)
--                 ->  CTE Scan on free_2 f_7
--                 ->  CTE Scan on window_taken_4
--   CTE opening
--     ->  Nested Loop
--           Join Filter: (s_1.subject = window_taken_3.subject)
--           ->  CTE Scan on asking s_1
--           ->  CTE Scan on window_taken_3
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_8
--   CTE recipient
--     ->  Nested Loop
--           ->  CTE Scan on attempt f_9
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_9.account_id)
--                 Filter: (email IS NOT NULL)
--   CTE verdict
--     ->  Nested Loop Left Join
--           InitPlan 17
--             ->  CTE Scan on window_taken window_taken_1
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on subject s_2
--                 ->  CTE Scan on attempt a_1
--           ->  CTE Scan on recipient r
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE attempt_2
--     ->  Insert on attempts attempts_1
--           ->  CTE Scan on opening f_10
--   CTE link_page
--     ->  Insert on magic_links
--           ->  CTE Scan on attempt attempt_1
--   CTE addressed
--     ->  CTE Scan on recipient r_1
--           Filter: (address IS NOT NULL)
--           SubPlan 22
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(r_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(r_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send
--     ->  Insert on send_counts c
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c.window_ends_at <= $100) OR (((c.for_anybody + c.for_owners) < $101) AND ((excluded_4.for_owners > 0) OR (c.for_anybody < $102))))
--           ->  CTE Scan on addressed r_2
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 25).col1
--           InitPlan 25
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_3
--   CTE recipient_send
--     ->  Insert on recipient_sends s_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 28)
--           ->  Result
--                 One-Time Filter: (LEAST($106, $107) > 0)
--                 ->  CTE Scan on within_window r_4
--           SubPlan 27
--             ->  Function Scan on unnest t
--                   Filter: (t > $108)
--           SubPlan 28
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $113)
--   CTE message
--     ->  Insert on messages
--           InitPlan 32
--             ->  CTE Scan on within_window
--           InitPlan 34
--             ->  Result
--                   One-Time Filter: (InitPlan 33).col1
--                   InitPlan 33
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on within_window r_5
--           InitPlan 37
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 39
--             ->  Result
--                   One-Time Filter: (InitPlan 38).col1
--                   InitPlan 38
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on within_window r_6
--           InitPlan 42
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 44
--             ->  Result
--                   One-Time Filter: (InitPlan 43).col1
--                   InitPlan 43
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on within_window r_7
--           InitPlan 47
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 49
--             ->  Result
--                   One-Time Filter: (InitPlan 48).col1
--                   InitPlan 48
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on within_window r_8
--           InitPlan 50
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  CTE Scan on addressed r_9
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_9.address))
--                 SubPlan 35
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_9.address))
--                 SubPlan 40
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_9.address))
--                 SubPlan 45
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_9.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 53
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: attempt_2.purpose, attempt_2.method
--                             ->  CTE Scan on attempt attempt_2
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: attempt_2_1.purpose, attempt_2_1.method
--                             ->  CTE Scan on attempt_2 attempt_2_1
--   InitPlan 54
--     ->  CTE Scan on verdict
--   InitPlan 55
--     ->  Aggregate
--           ->  Append
--                 ->  Nested Loop
--                       Join Filter: (w_7.subject = f_11.subject)
--                       ->  Nested Loop
--                             ->  CTE Scan on asked f_11
--                             ->  Index Scan using send_windows_pkey on send_windows w_6
--                                   Index Cond: ((subject = f_11.subject) AND (purpose = $67))
--                       ->  Index Scan using send_windows_pkey on send_windows w_7
--                             Index Cond: ((subject = w_6.subject) AND (purpose = $62))
--                             Filter: ((next_at > $63) OR ((window_ends_at > $64) AND (sent >= COALESCE($65, (sent + 1)))))
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  CTE Scan on asked f_12
--                             ->  Index Scan using send_windows_pkey on send_windows w_8
--                                   Index Cond: ((subject = ((f_12.subject || ' from '::text) || $68)) AND (purpose = $74))
--                       ->  Index Scan using send_windows_pkey on send_windows w_9
--                             Index Cond: ((subject = w_8.subject) AND (purpose = $69))
--                             Filter: ((next_at > $70) OR ((window_ends_at > $71) AND (sent >= COALESCE($72, (sent + 1)))))
