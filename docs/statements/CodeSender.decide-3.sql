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
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.email IS NOT NULL),
reachable AS (SELECT s.* FROM session s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $15::timestamptz,
      status = CASE WHEN a.expires_at <= $16::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $17 AND a.kind = $18 AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $19::bigint, $20, $21, $22, $23, $24,
          f.subject, f.account_id, f.session_id, $25, $26,
          $27::smallint, $28::timestamptz, $29::timestamptz,
          $30::bigint, $31::bigint,
          $32::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN session s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $33::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN session f ON w.subject = f.subject WHERE w.purpose = $34),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($35::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee r WHERE r.address IS NOT NULL),
counted AS (SELECT r.counted FROM addressed r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $36, ARRAY[$37::timestamptz], $38::timestamptz FROM counted f WHERE least($39::int, $40::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $41::timestamptz) || $42::timestamptz
    WHERE (SELECT count(*) < $43::int AND count(*) FILTER (WHERE t > $44::timestamptz) < $45::int
      FROM unnest(s.sent_at) t WHERE t > $46::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $47::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $48::bigint, $49::bigint, r.account_id, $50,
      $51::boolean, $52, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $53::text END,
      $54::timestamptz, $55::timestamptz, $56::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $57::timestamptz END, r.withheld, (SELECT c FROM unnest($58::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $59::bigint, $60::timestamptz, $61, v.outcome, $62, v.account_id, v.session_id, v.attempt_id,
      $63, $64, $65, CASE WHEN (v.outcome = ANY($66::text[])
    OR (v.account_id IS NULL AND $67::text <> ALL($68::text[]))) THEN $69::text || md5(concat_ws(' ', $70::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $71::text END
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
--   CTE recipient
--     ->  Nested Loop
--           ->  CTE Scan on session f_1
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = f_1.account_id)
--                 Filter: (email IS NOT NULL)
--   CTE reachable
--     ->  Nested Loop
--           Join Filter: (s_2.account_id = recipient.account_id)
--           ->  CTE Scan on session s_2
--           ->  CTE Scan on recipient
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $12) AND ((w.window_ends_at <= $13) OR (w.sent < COALESCE($14, (w.sent + 1)))))
--           ->  CTE Scan on reachable f_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s_3.subject = window_taken.subject)
--           ->  CTE Scan on reachable s_3
--           ->  CTE Scan on window_taken
--   CTE closed
--     ->  Update on attempts a_2
--           InitPlan 7
--             ->  CTE Scan on allowed
--           ->  Index Scan using attempts_session on attempts a_2
--                 Index Cond: (session_id = (InitPlan 7).col1)
--                 Filter: ((purpose = $17) AND (kind = $18) AND (status = 'open'::text))
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop
--                 ->  CTE Scan on allowed a_3
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on session s_4
--                 ->  CTE Scan on recipient r
--           ->  CTE Scan on attempt a_4
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
--           SubPlan 12
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(r_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(r_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send
--     ->  Insert on recipient_sends s_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 15)
--           ->  Result
--                 One-Time Filter: (LEAST($39, $40) > 0)
--                 ->  CTE Scan on addressed r_2
--           SubPlan 14
--             ->  Function Scan on unnest t
--                   Filter: (t > $41)
--           SubPlan 15
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $46)
--   CTE message
--     ->  Insert on messages
--           InitPlan 20
--             ->  Result
--                   One-Time Filter: (InitPlan 19).col1
--                   InitPlan 19
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on addressed r_3
--           InitPlan 24
--             ->  Result
--                   One-Time Filter: (InitPlan 23).col1
--                   InitPlan 23
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on addressed r_4
--           InitPlan 28
--             ->  Result
--                   One-Time Filter: (InitPlan 27).col1
--                   InitPlan 27
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on addressed r_5
--           InitPlan 32
--             ->  Result
--                   One-Time Filter: (InitPlan 31).col1
--                   InitPlan 31
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on addressed r_6
--           InitPlan 33
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  CTE Scan on addressed r_7
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_7.address))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_7.address))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_7.address))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_7.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 36
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
--   InitPlan 37
--     ->  CTE Scan on verdict
--   InitPlan 38
--     ->  CTE Scan on recipient recipient_1
--   InitPlan 39
--     ->  Nested Loop
--           ->  CTE Scan on session f_3
--           ->  Index Scan using send_windows_pkey on send_windows w_1
--                 Index Cond: ((subject = f_3.subject) AND (purpose = $34))
