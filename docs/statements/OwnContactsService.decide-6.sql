-- OwnContactsService.decide

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
owner_2 AS (
    SELECT phone AS address, language, id AS account_id FROM accounts
    WHERE accounts.phone = $10 AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND true ),
other AS (SELECT o.* FROM owner_2 o JOIN fresh s ON s.account_id <> o.account_id),
turns AS (SELECT s.account_id || $11::text AS subject FROM fresh s WHERE NOT ($12::boolean AND EXISTS (SELECT FROM other))),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $13, $14::timestamptz, 1, $15::timestamptz FROM turns f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $16::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $17::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $18::timestamptz AND (w.window_ends_at <= $19::timestamptz
      OR w.sent < coalesce($20::int, w.sent + 1)))
    RETURNING w.subject),
waiting AS (
    SELECT CASE WHEN w.next_at > $21::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN turns f ON w.subject = f.subject WHERE w.purpose = $22),
decided AS (SELECT CASE WHEN NOT EXISTS (SELECT FROM fresh) THEN 'stale' WHEN ($23::boolean AND EXISTS (SELECT FROM other)) THEN 'taken'
      WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' END AS refusal, r.* FROM (VALUES (1)) one LEFT JOIN waiting r ON true),
permitted AS (SELECT s.* FROM fresh s WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $24::timestamptz,
      status = CASE WHEN a.expires_at <= $25::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM permitted) AND a.purpose = 'contact_change' AND a.method = $26 AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (
        SELECT f.account_id::text AS subject, f.account_id, NULL::bigint AS session_id, f.security_stamp
        FROM permitted f CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM other)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $27::bigint, $28, $29, $30, $31, $32,
          f.subject, f.account_id, f.session_id, $33, $34,
          $35::smallint, $36::timestamptz, $37::timestamptz,
          $38::bigint, $39::bigint,
          $40::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
noted_contact AS (
    INSERT INTO contact_changes AS c (account_id, method, id, address, attempt_id, expires_at)
    SELECT f.account_id, $41, $42::bigint, $43, $44::bigint, $45::timestamptz FROM attempt f
    ON CONFLICT (account_id, method) DO UPDATE SET id = excluded.id, address = excluded.address, attempt_id = excluded.attempt_id,
      expires_at = excluded.expires_at
    RETURNING c.account_id, c.id::text AS id, c.method AS channel, c.address, c.attempt_id),
recipient AS (
    SELECT $46::text AS address, coalesce($47::text, a.language) AS language, f.account_id
    FROM noted_contact f LEFT JOIN accounts a ON a.id = f.account_id),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($48::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $49, $50::int, $51::int, $52::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $53::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $54::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $55::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $56::timestamptz) OR c.for_anybody + c.for_owners < $57::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $58::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $59, ARRAY[$60::timestamptz], $61::timestamptz FROM counted f WHERE least($62::int, $63::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $64::timestamptz) || $65::timestamptz
    WHERE (SELECT count(*) < $66::int AND count(*) FILTER (WHERE t > $67::timestamptz) < $68::int
      FROM unnest(s.sent_at) t WHERE t > $69::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send)),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $70), ''), $71::int, $72::int, $73::timestamptz FROM in_share r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $74::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $75::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $76::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $77::timestamptz) OR c.for_anybody + c.for_owners < $78::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $79::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM in_share r WHERE EXISTS (SELECT FROM window_send_2)),
window_send_3 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $80, $81::int, $82::int, $83::timestamptz FROM within_window_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $84::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $85::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $86::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $87::timestamptz) OR c.for_anybody + c.for_owners < $88::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $89::int)
    RETURNING c.counted),
within_window_3 AS (SELECT r.* FROM within_window_2 r WHERE EXISTS (SELECT FROM window_send_3)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN CASE WHEN EXISTS (SELECT FROM within_window_2) THEN CASE WHEN EXISTS (SELECT FROM within_window_3) THEN NULL::text ELSE $90::text END ELSE $91::text END ELSE $92::text END ELSE $93::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $94::bigint, $95::bigint, r.account_id, $96,
      $97::boolean, $98, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $99::text END,
      $100::timestamptz, $101::timestamptz, $102::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $103::timestamptz END, r.withheld, (SELECT c FROM unnest($104::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
addressed_2 AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($105::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM other r WHERE r.address IS NOT NULL),
window_send_4 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $106, $107::int, $108::int, $109::timestamptz FROM addressed_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $110::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $111::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $112::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $113::timestamptz) OR c.for_anybody + c.for_owners < $114::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $115::int)
    RETURNING c.counted),
within_window_4 AS (SELECT r.* FROM addressed_2 r WHERE EXISTS (SELECT FROM window_send_4)),
counted_2 AS (SELECT r.counted FROM within_window_4 r),
recipient_send_2 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $116, ARRAY[$117::timestamptz], $118::timestamptz FROM counted_2 f WHERE least($119::int, $120::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $121::timestamptz) || $122::timestamptz
    WHERE (SELECT count(*) < $123::int AND count(*) FILTER (WHERE t > $124::timestamptz) < $125::int
      FROM unnest(s.sent_at) t WHERE t > $126::timestamptz)
    RETURNING s.recipient AS counted),
in_share_2 AS (SELECT r.* FROM within_window_4 r WHERE EXISTS (SELECT FROM recipient_send_2)),
window_send_5 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $127), ''), $128::int, $129::int, $130::timestamptz FROM in_share_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $131::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $132::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $133::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $134::timestamptz) OR c.for_anybody + c.for_owners < $135::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $136::int)
    RETURNING c.counted),
within_window_5 AS (SELECT r.* FROM in_share_2 r WHERE EXISTS (SELECT FROM window_send_5)),
window_send_6 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $137, $138::int, $139::int, $140::timestamptz FROM within_window_5 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $141::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $142::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $143::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $144::timestamptz) OR c.for_anybody + c.for_owners < $145::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $146::int)
    RETURNING c.counted),
within_window_6 AS (SELECT r.* FROM within_window_5 r WHERE EXISTS (SELECT FROM window_send_6)),
judged_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window_4) THEN CASE WHEN EXISTS (SELECT FROM in_share_2) THEN CASE WHEN EXISTS (SELECT FROM within_window_5) THEN CASE WHEN EXISTS (SELECT FROM within_window_6) THEN NULL::text ELSE $147::text END ELSE $148::text END ELSE $149::text END ELSE $150::text END END AS withheld FROM addressed_2 r),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $151::bigint, $152::bigint, r.account_id, $153,
      $154::boolean, $155, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $156::text END,
      $157::timestamptz, $158::timestamptz, $159::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $160::timestamptz END, r.withheld, (SELECT c FROM unnest($161::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged_2 r
    RETURNING id),
verdict AS (
        SELECT coalesce(CASE WHEN NOT EXISTS (SELECT FROM fresh) THEN 'stale' WHEN ($162::boolean AND EXISTS (SELECT FROM other)) THEN 'taken'
      WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' END, 'done') AS outcome, $163::bigint AS account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $164::bigint, $165::timestamptz, $166, v.outcome, $167, v.account_id, v.session_id, v.attempt_id,
      $168, $169, $170, CASE WHEN (v.outcome = ANY($171::text[])
    OR (v.account_id IS NULL AND $172::text <> ALL($173::text[]))) THEN $174::text || md5(concat_ws(' ', $175::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $176::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM decided) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_pkey on sessions s
--                             Index Cond: (id = $1)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = o.id)
--                       Filter: (disabled_at IS NULL)
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f_1.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f_1
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f_1.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_1.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (id = $4) AND (protocol = $5) AND (o_1.security_stamp <= security_stamp))
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--   CTE other
--     ->  Nested Loop
--           Join Filter: (s_2.account_id <> accounts.id)
--           ->  Index Scan using accounts_phone_prefix on accounts
--                 Index Cond: (phone = $10)
--                 Filter: ((activated_at IS NOT NULL) OR (invited_at IS NOT NULL))
--           ->  CTE Scan on fresh s_2
--   CTE turns
--     ->  Result
--           One-Time Filter: ((NOT $12) OR (NOT (InitPlan 5).col1))
--           InitPlan 5
--             ->  CTE Scan on other
--           ->  CTE Scan on fresh s_3
--   CTE window_taken
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $18) AND ((w_1.window_ends_at <= $19) OR (w_1.sent < COALESCE($20, (w_1.sent + 1)))))
--           ->  CTE Scan on turns f_2
--   CTE permitted
--     ->  Result
--           One-Time Filter: (InitPlan 8).col1
--           InitPlan 8
--             ->  CTE Scan on window_taken
--           ->  CTE Scan on fresh s_4
--   CTE closed
--     ->  Update on attempts a_2
--           InitPlan 10
--             ->  CTE Scan on permitted
--           ->  Index Scan using attempts_account on attempts a_2
--                 Index Cond: (account_id = (InitPlan 10).col1)
--                 Filter: ((purpose = 'contact_change'::text) AND (method = $26) AND (status = 'open'::text))
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 12
--             ->  CTE Scan on other other_1
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 12).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on permitted f_3
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE noted_contact
--     ->  Insert on contact_changes c
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: contact_changes_pkey
--           ->  CTE Scan on attempt f_4
--   CTE addressed
--     ->  Result
--           One-Time Filter: ($46 IS NOT NULL)
--           InitPlan 16
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"($46, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace($46, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on noted_contact f_5
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_5.account_id)
--   CTE window_send
--     ->  Insert on send_counts c_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_1.window_ends_at <= $56) OR (((c_1.for_anybody + c_1.for_owners) < $57) AND ((excluded_2.for_owners > 0) OR (c_1.for_anybody < $58))))
--           ->  CTE Scan on addressed r
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 19).col1
--           InitPlan 19
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_1
--   CTE recipient_send
--     ->  Insert on recipient_sends s_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 22)
--           ->  Result
--                 One-Time Filter: (LEAST($62, $63) > 0)
--                 ->  CTE Scan on within_window r_2
--           SubPlan 21
--             ->  Function Scan on unnest t
--                   Filter: (t > $64)
--           SubPlan 22
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $69)
--   CTE in_share
--     ->  Result
--           One-Time Filter: (InitPlan 24).col1
--           InitPlan 24
--             ->  CTE Scan on recipient_send
--           ->  CTE Scan on within_window r_3
--   CTE window_send_2
--     ->  Insert on send_counts c_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_2.window_ends_at <= $77) OR (((c_2.for_anybody + c_2.for_owners) < $78) AND ((excluded_4.for_owners > 0) OR (c_2.for_anybody < $79))))
--           ->  CTE Scan on in_share r_4
--   CTE within_window_2
--     ->  Result
--           One-Time Filter: (InitPlan 27).col1
--           InitPlan 27
--             ->  CTE Scan on window_send_2
--           ->  CTE Scan on in_share r_5
--   CTE window_send_3
--     ->  Insert on send_counts c_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_3.window_ends_at <= $87) OR (((c_3.for_anybody + c_3.for_owners) < $88) AND ((excluded_5.for_owners > 0) OR (c_3.for_anybody < $89))))
--           ->  CTE Scan on within_window_2 r_6
--   CTE message
--     ->  Insert on messages
--           InitPlan 32
--             ->  CTE Scan on within_window
--           InitPlan 33
--             ->  CTE Scan on in_share
--           InitPlan 34
--             ->  CTE Scan on within_window_2
--           InitPlan 36
--             ->  Result
--                   One-Time Filter: (InitPlan 35).col1
--                   InitPlan 35
--                     ->  CTE Scan on window_send_3
--                   ->  CTE Scan on within_window_2 r_7
--           InitPlan 39
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 40
--             ->  CTE Scan on in_share in_share_1
--           InitPlan 41
--             ->  CTE Scan on within_window_2 within_window_2_1
--           InitPlan 43
--             ->  Result
--                   One-Time Filter: (InitPlan 42).col1
--                   InitPlan 42
--                     ->  CTE Scan on window_send_3 window_send_3_1
--                   ->  CTE Scan on within_window_2 r_8
--           InitPlan 46
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 47
--             ->  CTE Scan on in_share in_share_2
--           InitPlan 48
--             ->  CTE Scan on within_window_2 within_window_2_2
--           InitPlan 50
--             ->  Result
--                   One-Time Filter: (InitPlan 49).col1
--                   InitPlan 49
--                     ->  CTE Scan on window_send_3 window_send_3_2
--                   ->  CTE Scan on within_window_2 r_9
--           InitPlan 53
--             ->  CTE Scan on within_window within_window_4
--           InitPlan 54
--             ->  CTE Scan on in_share in_share_3
--           InitPlan 55
--             ->  CTE Scan on within_window_2 within_window_2_3
--           InitPlan 57
--             ->  Result
--                   One-Time Filter: (InitPlan 56).col1
--                   InitPlan 56
--                     ->  CTE Scan on window_send_3 window_send_3_3
--                   ->  CTE Scan on within_window_2 r_10
--           InitPlan 58
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_4.c)
--           ->  CTE Scan on addressed r_11
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_11.address))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_11.address))
--                 SubPlan 44
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_11.address))
--                 SubPlan 51
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_11.address))
--   CTE addressed_2
--     ->  CTE Scan on other r_12
--           Filter: (address IS NOT NULL)
--           SubPlan 60
--             ->  Function Scan on json_to_recordset p_1
--                   Filter: ((lower("substring"(r_12.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(r_12.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send_4
--     ->  Insert on send_counts c_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_5.window_ends_at <= $113) OR (((c_5.for_anybody + c_5.for_owners) < $114) AND ((excluded_6.for_owners > 0) OR (c_5.for_anybody < $115))))
--           ->  CTE Scan on addressed_2 r_13
--   CTE within_window_4
--     ->  Result
--           One-Time Filter: (InitPlan 63).col1
--           InitPlan 63
--             ->  CTE Scan on window_send_4
--           ->  CTE Scan on addressed_2 r_14
--   CTE recipient_send_2
--     ->  Insert on recipient_sends s_6
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 66)
--           ->  Result
--                 One-Time Filter: (LEAST($119, $120) > 0)
--                 ->  CTE Scan on within_window_4 r_15
--           SubPlan 65
--             ->  Function Scan on unnest t_2
--                   Filter: (t > $121)
--           SubPlan 66
--             ->  Aggregate
--                   ->  Function Scan on unnest t_3
--                         Filter: (t > $126)
--   CTE in_share_2
--     ->  Result
--           One-Time Filter: (InitPlan 68).col1
--           InitPlan 68
--             ->  CTE Scan on recipient_send_2
--           ->  CTE Scan on within_window_4 r_16
--   CTE window_send_5
--     ->  Insert on send_counts c_6
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_6.window_ends_at <= $134) OR (((c_6.for_anybody + c_6.for_owners) < $135) AND ((excluded_8.for_owners > 0) OR (c_6.for_anybody < $136))))
--           ->  CTE Scan on in_share_2 r_17
--   CTE within_window_5
--     ->  Result
--           One-Time Filter: (InitPlan 71).col1
--           InitPlan 71
--             ->  CTE Scan on window_send_5
--           ->  CTE Scan on in_share_2 r_18
--   CTE window_send_6
--     ->  Insert on send_counts c_7
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_7.window_ends_at <= $144) OR (((c_7.for_anybody + c_7.for_owners) < $145) AND ((excluded_9.for_owners > 0) OR (c_7.for_anybody < $146))))
--           ->  CTE Scan on within_window_5 r_19
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 76
--             ->  CTE Scan on within_window_4 within_window_4_1
--           InitPlan 77
--             ->  CTE Scan on in_share_2 in_share_2_1
--           InitPlan 78
--             ->  CTE Scan on within_window_5
--           InitPlan 80
--             ->  Result
--                   One-Time Filter: (InitPlan 79).col1
--                   InitPlan 79
--                     ->  CTE Scan on window_send_6
--                   ->  CTE Scan on within_window_5 r_20
--           InitPlan 83
--             ->  CTE Scan on within_window_4 within_window_4_2
--           InitPlan 84
--             ->  CTE Scan on in_share_2 in_share_2_2
--           InitPlan 85
--             ->  CTE Scan on within_window_5 within_window_5_1
--           InitPlan 87
--             ->  Result
--                   One-Time Filter: (InitPlan 86).col1
--                   InitPlan 86
--                     ->  CTE Scan on window_send_6 window_send_6_1
--                   ->  CTE Scan on within_window_5 r_21
--           InitPlan 90
--             ->  CTE Scan on within_window_4 within_window_4_3
--           InitPlan 91
--             ->  CTE Scan on in_share_2 in_share_2_3
--           InitPlan 92
--             ->  CTE Scan on within_window_5 within_window_5_2
--           InitPlan 94
--             ->  Result
--                   One-Time Filter: (InitPlan 93).col1
--                   InitPlan 93
--                     ->  CTE Scan on window_send_6 window_send_6_2
--                   ->  CTE Scan on within_window_5 r_22
--           InitPlan 97
--             ->  CTE Scan on within_window_4 within_window_4_4
--           InitPlan 98
--             ->  CTE Scan on in_share_2 in_share_2_4
--           InitPlan 99
--             ->  CTE Scan on within_window_5 within_window_5_3
--           InitPlan 101
--             ->  Result
--                   One-Time Filter: (InitPlan 100).col1
--                   InitPlan 100
--                     ->  CTE Scan on window_send_6 window_send_6_3
--                   ->  CTE Scan on within_window_5 r_23
--           InitPlan 102
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_8
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_8.c)
--           ->  CTE Scan on addressed_2 r_24
--                 SubPlan 74
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(r_24.address))
--                 SubPlan 81
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(r_24.address))
--                 SubPlan 88
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(r_24.address))
--                 SubPlan 95
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(r_24.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           InitPlan 104
--             ->  CTE Scan on fresh
--           InitPlan 105
--             ->  CTE Scan on other other_2
--           InitPlan 106
--             ->  CTE Scan on window_taken window_taken_1
--           InitPlan 107
--             ->  CTE Scan on fresh fresh_1
--           InitPlan 108
--             ->  CTE Scan on other other_3
--           InitPlan 109
--             ->  CTE Scan on window_taken window_taken_2
--           InitPlan 110
--             ->  CTE Scan on fresh fresh_2
--           InitPlan 111
--             ->  CTE Scan on other other_4
--           InitPlan 112
--             ->  CTE Scan on window_taken window_taken_3
--           ->  Result
--   InitPlan 114
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
--   InitPlan 115
--     ->  CTE Scan on fresh fresh_3
--   InitPlan 116
--     ->  CTE Scan on other other_5
--   InitPlan 117
--     ->  CTE Scan on window_taken window_taken_4
--   ->  Result
--   ->  Nested Loop Left Join
--         ->  Result
--         ->  Nested Loop
--               ->  CTE Scan on turns f
--               ->  Index Scan using send_windows_pkey on send_windows w
--                     Index Cond: ((subject = f.subject) AND (purpose = $22))
