-- NavixySignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $26::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $27::bigint, $28, $29, $30, $31, $32,
          f.subject, f.account_id, f.session_id, $33, $34,
          $35::smallint, $36::timestamptz, $37::timestamptz,
          $38::bigint, $39::bigint,
          $40::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($41::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
counted AS (SELECT r.counted FROM addressed r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $42, ARRAY[$43::timestamptz], $44::timestamptz FROM counted f WHERE least($45::int, $46::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $47::timestamptz) || $48::timestamptz
    WHERE (SELECT count(*) < $49::int AND count(*) FILTER (WHERE t > $50::timestamptz) < $51::int
      FROM unnest(s.sent_at) t WHERE t > $52::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM recipient_send)),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $53), ''), $54::int, $55::int, $56::timestamptz FROM in_share r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $57::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $58::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $59::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $60::timestamptz) OR c.for_anybody + c.for_owners < $61::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $62::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM in_share r WHERE EXISTS (SELECT FROM window_send)),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $63, $64::int, $65::int, $66::timestamptz FROM within_window r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $67::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $68::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $69::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $70::timestamptz) OR c.for_anybody + c.for_owners < $71::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $72::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM window_send_2)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM within_window_2) THEN NULL::text ELSE $73::text END ELSE $74::text END ELSE $75::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $76::bigint, $77::bigint, r.account_id, $78,
      $79::boolean, $80, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $81::text END,
      $82::timestamptz, $83::timestamptz, $84::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $85::timestamptz END, r.withheld, (SELECT c FROM unnest($86::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($87::text[])
        ORDER BY array_position($88::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $89::bigint, $90::timestamptz, $91, v.outcome, $92, v.account_id, v.session_id, v.attempt_id,
      $93, $94, $95, CASE WHEN (v.outcome = ANY($96::text[])
    OR (v.account_id IS NULL AND $97::text <> ALL($98::text[]))) THEN $99::text || md5(concat_ws(' ', $100::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $101::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE surplus
--     ->  Update on sessions
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".id
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Nested Loop
--                                         ->  HashAggregate
--                                               Group Key: r.id
--                                               ->  Subquery Scan on r
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $7 ELSE $8 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $4)), ((l.client_address = $5)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($6)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $4)) DESC, ((l.client_address = $5)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($6)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on held f
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on held f_1
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on session f_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE addressed
--     ->  Nested Loop
--           ->  CTE Scan on session f_3
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_3.account_id)
--                 Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--           SubPlan 7
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(a.phone, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(a.phone, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send
--     ->  Insert on recipient_sends s_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 10)
--           ->  Result
--                 One-Time Filter: (LEAST($45, $46) > 0)
--                 ->  CTE Scan on addressed r_1
--           SubPlan 9
--             ->  Function Scan on unnest t
--                   Filter: (t > $47)
--           SubPlan 10
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $52)
--   CTE in_share
--     ->  Result
--           One-Time Filter: (InitPlan 12).col1
--           InitPlan 12
--             ->  CTE Scan on recipient_send
--           ->  CTE Scan on addressed r_2
--   CTE window_send
--     ->  Insert on send_counts c
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c.window_ends_at <= $60) OR (((c.for_anybody + c.for_owners) < $61) AND ((excluded_1.for_owners > 0) OR (c.for_anybody < $62))))
--           ->  CTE Scan on in_share r_3
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 15).col1
--           InitPlan 15
--             ->  CTE Scan on window_send
--           ->  CTE Scan on in_share r_4
--   CTE window_send_2
--     ->  Insert on send_counts c_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_1.window_ends_at <= $70) OR (((c_1.for_anybody + c_1.for_owners) < $71) AND ((excluded_2.for_owners > 0) OR (c_1.for_anybody < $72))))
--           ->  CTE Scan on within_window r_5
--   CTE message
--     ->  Insert on messages
--           InitPlan 20
--             ->  CTE Scan on in_share
--           InitPlan 21
--             ->  CTE Scan on within_window
--           InitPlan 23
--             ->  Result
--                   One-Time Filter: (InitPlan 22).col1
--                   InitPlan 22
--                     ->  CTE Scan on window_send_2
--                   ->  CTE Scan on within_window r_6
--           InitPlan 26
--             ->  CTE Scan on in_share in_share_1
--           InitPlan 27
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 29
--             ->  Result
--                   One-Time Filter: (InitPlan 28).col1
--                   InitPlan 28
--                     ->  CTE Scan on window_send_2 window_send_2_1
--                   ->  CTE Scan on within_window r_7
--           InitPlan 32
--             ->  CTE Scan on in_share in_share_2
--           InitPlan 33
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 35
--             ->  Result
--                   One-Time Filter: (InitPlan 34).col1
--                   InitPlan 34
--                     ->  CTE Scan on window_send_2 window_send_2_2
--                   ->  CTE Scan on within_window r_8
--           InitPlan 38
--             ->  CTE Scan on in_share in_share_3
--           InitPlan 39
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 41
--             ->  Result
--                   One-Time Filter: (InitPlan 40).col1
--                   InitPlan 40
--                     ->  CTE Scan on window_send_2 window_send_2_3
--                   ->  CTE Scan on within_window r_9
--           InitPlan 42
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_2.c)
--           ->  CTE Scan on addressed r_10
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 36
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_10.address))
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery_1".key
--                       ->  Subquery Scan on "ANY_subquery_1"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($88, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($87))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery_1".key)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 46
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_1.purpose, attempt_1.method
--                 ->  CTE Scan on attempt attempt_1
--   ->  Result
--   ->  CTE Scan on verdict
