-- CodeSender.decide

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
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
recipient AS (
    SELECT $10::text AS address, coalesce($11::text, a.language) AS language, f.account_id
    FROM fresh f LEFT JOIN accounts a ON a.id = f.account_id),
reachable AS (SELECT s.* FROM fresh s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $20::timestamptz,
      status = CASE WHEN a.expires_at <= $21::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $22 AND a.kind = $23 AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN fresh s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $38::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN fresh f ON w.subject = f.subject WHERE w.purpose = $39),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($40::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $41, $42::int, $43::int, $44::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $45::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $46::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $47::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $48::timestamptz) OR c.for_anybody + c.for_owners < $49::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $50::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $51, ARRAY[$52::timestamptz], $53::timestamptz FROM counted f WHERE least($54::int, $55::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $56::timestamptz) || $57::timestamptz
    WHERE (SELECT count(*) < $58::int AND count(*) FILTER (WHERE t > $59::timestamptz) < $60::int
      FROM unnest(s.sent_at) t WHERE t > $61::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send)),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $62), ''), $63::int, $64::int, $65::timestamptz FROM in_share r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $66::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $67::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $68::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $69::timestamptz) OR c.for_anybody + c.for_owners < $70::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $71::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM in_share r WHERE EXISTS (SELECT FROM window_send_2)),
window_send_3 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $72, $73::int, $74::int, $75::timestamptz FROM within_window_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $76::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $77::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $78::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $79::timestamptz) OR c.for_anybody + c.for_owners < $80::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $81::int)
    RETURNING c.counted),
within_window_3 AS (SELECT r.* FROM within_window_2 r WHERE EXISTS (SELECT FROM window_send_3)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN CASE WHEN EXISTS (SELECT FROM within_window_2) THEN CASE WHEN EXISTS (SELECT FROM within_window_3) THEN NULL::text ELSE $82::text END ELSE $83::text END ELSE $84::text END ELSE $85::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $86::bigint, $87::bigint, r.account_id, $88,
      $89::boolean, $90, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $91::text END,
      $92::timestamptz, $93::timestamptz, $94::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $95::timestamptz END, r.withheld, (SELECT c FROM unnest($96::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $97, $98, $99, $100::text[], $101::timestamptz, $102::timestamptz FROM allowed f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $103::bigint, $104::timestamptz, $105, v.outcome, $106, v.account_id, v.session_id, v.attempt_id,
      $107, $108, $109, CASE WHEN (v.outcome = ANY($110::text[])
    OR (v.account_id IS NULL AND $111::text <> ALL($112::text[]))) THEN $113::text || md5(concat_ws(' ', $114::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $115::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at) rows) answer ON true;

-- Plan, with any values:
-- Result
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
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f.account_id)
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
--   CTE recipient
--     ->  Nested Loop Left Join
--           ->  CTE Scan on fresh f_1
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = f_1.account_id)
--   CTE reachable
--     ->  Nested Loop
--           Join Filter: (s_2.account_id = recipient.account_id)
--           ->  CTE Scan on fresh s_2
--           ->  CTE Scan on recipient
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $17) AND ((w.window_ends_at <= $18) OR (w.sent < COALESCE($19, (w.sent + 1)))))
--           ->  CTE Scan on reachable f_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s_3.subject = window_taken.subject)
--           ->  CTE Scan on reachable s_3
--           ->  CTE Scan on window_taken
--   CTE closed
--     ->  Update on attempts a_3
--           InitPlan 8
--             ->  CTE Scan on allowed
--           ->  Index Scan using attempts_session on attempts a_3
--                 Index Cond: (session_id = (InitPlan 8).col1)
--                 Filter: ((purpose = $22) AND (kind = $23) AND (status = 'open'::text))
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop
--                 ->  CTE Scan on allowed a_4
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on fresh s_4
--                 ->  CTE Scan on recipient r
--           ->  CTE Scan on attempt a_5
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE addressed
--     ->  Nested Loop
--           Join Filter: (r_1.account_id = allowed_1.account_id)
--           ->  CTE Scan on recipient r_1
--                 Filter: (address IS NOT NULL)
--           ->  CTE Scan on allowed allowed_1
--           SubPlan 13
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(r_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(r_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send
--     ->  Insert on send_counts c
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c.window_ends_at <= $48) OR (((c.for_anybody + c.for_owners) < $49) AND ((excluded_1.for_owners > 0) OR (c.for_anybody < $50))))
--           ->  CTE Scan on addressed r_2
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 16).col1
--           InitPlan 16
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_3
--   CTE recipient_send
--     ->  Insert on recipient_sends s_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 19)
--           ->  Result
--                 One-Time Filter: (LEAST($54, $55) > 0)
--                 ->  CTE Scan on within_window r_4
--           SubPlan 18
--             ->  Function Scan on unnest t
--                   Filter: (t > $56)
--           SubPlan 19
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $61)
--   CTE in_share
--     ->  Result
--           One-Time Filter: (InitPlan 21).col1
--           InitPlan 21
--             ->  CTE Scan on recipient_send
--           ->  CTE Scan on within_window r_5
--   CTE window_send_2
--     ->  Insert on send_counts c_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_1.window_ends_at <= $69) OR (((c_1.for_anybody + c_1.for_owners) < $70) AND ((excluded_3.for_owners > 0) OR (c_1.for_anybody < $71))))
--           ->  CTE Scan on in_share r_6
--   CTE within_window_2
--     ->  Result
--           One-Time Filter: (InitPlan 24).col1
--           InitPlan 24
--             ->  CTE Scan on window_send_2
--           ->  CTE Scan on in_share r_7
--   CTE window_send_3
--     ->  Insert on send_counts c_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_2.window_ends_at <= $79) OR (((c_2.for_anybody + c_2.for_owners) < $80) AND ((excluded_4.for_owners > 0) OR (c_2.for_anybody < $81))))
--           ->  CTE Scan on within_window_2 r_8
--   CTE message
--     ->  Insert on messages
--           InitPlan 29
--             ->  CTE Scan on within_window
--           InitPlan 30
--             ->  CTE Scan on in_share
--           InitPlan 31
--             ->  CTE Scan on within_window_2
--           InitPlan 33
--             ->  Result
--                   One-Time Filter: (InitPlan 32).col1
--                   InitPlan 32
--                     ->  CTE Scan on window_send_3
--                   ->  CTE Scan on within_window_2 r_9
--           InitPlan 36
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 37
--             ->  CTE Scan on in_share in_share_1
--           InitPlan 38
--             ->  CTE Scan on within_window_2 within_window_2_1
--           InitPlan 40
--             ->  Result
--                   One-Time Filter: (InitPlan 39).col1
--                   InitPlan 39
--                     ->  CTE Scan on window_send_3 window_send_3_1
--                   ->  CTE Scan on within_window_2 r_10
--           InitPlan 43
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 44
--             ->  CTE Scan on in_share in_share_2
--           InitPlan 45
--             ->  CTE Scan on within_window_2 within_window_2_2
--           InitPlan 47
--             ->  Result
--                   One-Time Filter: (InitPlan 46).col1
--                   InitPlan 46
--                     ->  CTE Scan on window_send_3 window_send_3_2
--                   ->  CTE Scan on within_window_2 r_11
--           InitPlan 50
--             ->  CTE Scan on within_window within_window_4
--           InitPlan 51
--             ->  CTE Scan on in_share in_share_3
--           InitPlan 52
--             ->  CTE Scan on within_window_2 within_window_2_3
--           InitPlan 54
--             ->  Result
--                   One-Time Filter: (InitPlan 53).col1
--                   InitPlan 53
--                     ->  CTE Scan on window_send_3 window_send_3_3
--                   ->  CTE Scan on within_window_2 r_12
--           InitPlan 55
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_3.c)
--           ->  CTE Scan on addressed r_13
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_13.address))
--                 SubPlan 34
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_13.address))
--                 SubPlan 41
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_13.address))
--                 SubPlan 48
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_13.address))
--   CTE set_up
--     ->  Insert on factor_setups
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: factor_setups_pkey
--           ->  CTE Scan on allowed f_3
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 59
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
--   InitPlan 60
--     ->  CTE Scan on verdict
--   InitPlan 61
--     ->  CTE Scan on recipient recipient_1
--   InitPlan 62
--     ->  Nested Loop
--           ->  CTE Scan on fresh f_4
--           ->  Index Scan using send_windows_pkey on send_windows w_1
--                 Index Cond: ((subject = f_4.subject) AND (purpose = $39))
