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
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.email IS NOT NULL),
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
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $53::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $54::bigint, $55::bigint, r.account_id, $56,
      $57::boolean, $58, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $59::text END,
      $60::timestamptz, $61::timestamptz, $62::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $63::timestamptz END, r.withheld, (SELECT c FROM unnest($64::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($65::text[])
        ORDER BY array_position($66::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $67::bigint, $68::timestamptz, $69, v.outcome, $70, v.account_id, v.session_id, v.attempt_id,
      $71, $72, $73, CASE WHEN (v.outcome = ANY($74::text[])
    OR (v.account_id IS NULL AND $75::text <> ALL($76::text[]))) THEN $77::text || md5(concat_ws(' ', $78::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $79::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING e.*),
streamed AS (
    INSERT INTO event_stream (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, next_try_at)
    SELECT id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, $80::timestamptz
    FROM audited WHERE repeated = 0 AND account_id IS NOT NULL RETURNING id)
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
--                 Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--           SubPlan 7
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(a.email, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(a.email, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
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
--   CTE message
--     ->  Insert on messages
--           InitPlan 15
--             ->  Result
--                   One-Time Filter: (InitPlan 14).col1
--                   InitPlan 14
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on addressed r_2
--           InitPlan 19
--             ->  Result
--                   One-Time Filter: (InitPlan 18).col1
--                   InitPlan 18
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on addressed r_3
--           InitPlan 23
--             ->  Result
--                   One-Time Filter: (InitPlan 22).col1
--                   InitPlan 22
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on addressed r_4
--           InitPlan 27
--             ->  Result
--                   One-Time Filter: (InitPlan 26).col1
--                   InitPlan 26
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on addressed r_5
--           InitPlan 28
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  CTE Scan on addressed r_6
--                 SubPlan 12
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_6.address))
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery_1".key
--                       ->  Subquery Scan on "ANY_subquery_1"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($66, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($65))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery_1".key)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   CTE streamed
--     ->  Insert on event_stream
--           ->  CTE Scan on audited
--                 Filter: ((account_id IS NOT NULL) AND (repeated = 0))
--   InitPlan 33
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_1.purpose, attempt_1.method
--                 ->  CTE Scan on attempt attempt_1
--   ->  Result
--   ->  CTE Scan on verdict
