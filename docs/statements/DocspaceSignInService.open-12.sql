-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $3 AND a.session_id IS NULL AND a.kind = $4 AND a.method = $5 AND a.purpose = $6
      AND ((a.status = 'open' AND a.expires_at > $7::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $9::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $10::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $11::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $12::timestamptz DESC,
            l.client_address = $13, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $14::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $15::int ELSE $16::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $17::bigint, f.account_id, $18, $19::text, $20, jsonb_build_array(jsonb_build_object('method', $21::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz END, $28::timestamptz,
      CASE WHEN ($29::text) = 'signed_in' THEN $30::timestamptz ELSE $31::timestamptz END, $32,
      $33::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $34::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $35::timestamptz,
      status = CASE WHEN a.expires_at <= $36::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $37 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $38 AND a.session_id IS NULL AND a.kind = $39 AND a.method = $40 AND (a.status = 'open' AND a.expires_at > $41::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($42::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($57::text, language) AS language, account_id FROM recipient),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($58::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee r WHERE r.address IS NOT NULL),
counted AS (SELECT r.counted FROM addressed r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $59, ARRAY[$60::timestamptz], $61::timestamptz FROM counted f WHERE least($62::int, $63::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $64::timestamptz) || $65::timestamptz
    WHERE (SELECT count(*) < $66::int AND count(*) FILTER (WHERE t > $67::timestamptz) < $68::int
      FROM unnest(s.sent_at) t WHERE t > $69::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $70::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $71::bigint, $72::bigint, r.account_id, $73,
      $74::boolean, $75, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $76::text END,
      $77::timestamptz, $78::timestamptz, $79::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $80::timestamptz END, r.withheld, (SELECT c FROM unnest($81::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($82::text[])
        ORDER BY array_position($83::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $84::bigint, $85::timestamptz, $86, v.outcome, $87, v.account_id, v.session_id, v.attempt_id,
      $88, $89, $90, CASE WHEN (v.outcome = ANY($91::text[])
    OR (v.account_id IS NULL AND $92::text <> ALL($93::text[]))) THEN $94::text || md5(concat_ws(' ', $95::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $96::text END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM opened) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE candidate
--     ->  CTE Scan on held
--   CTE standing
--     ->  Limit
--           InitPlan 3
--             ->  CTE Scan on candidate
--           ->  Sort
--                 Sort Key: a.id DESC
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = (InitPlan 3).col1)
--                       Filter: ((session_id IS NULL) AND (protocol = $3) AND (kind = $4) AND (method = $5) AND (purpose = $6) AND (((status = 'open'::text) AND (expires_at > $7) AND ((account_id IS NULL) OR (purpose = ANY ($8)) OR EXISTS(SubPlan 4))) OR ((status = 'exhausted'::text) AND (expires_at > $9))))
--                       SubPlan 4
--                         ->  Index Scan using accounts_pkey on accounts o
--                               Index Cond: (id = a.account_id)
--                               Filter: (security_stamp <= a.security_stamp)
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $15 ELSE $16 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $12)), ((l.client_address = $13)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($14)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $12)) DESC, ((l.client_address = $13)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($14)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
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
--   CTE opened
--     ->  CTE Scan on session
--           InitPlan 9
--             ->  Append
--                   ->  CTE Scan on standing standing_1
--                         Filter: (status = 'open'::text)
--                   ->  Result
--                         One-Time Filter: (NOT (InitPlan 8).col1)
--                         InitPlan 8
--                           ->  CTE Scan on standing
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 11
--             ->  CTE Scan on candidate candidate_1
--           InitPlan 12
--             ->  CTE Scan on candidate candidate_2
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 11).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $37) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 12).col1) OR (protocol <> $38) OR (session_id IS NOT NULL) OR (kind <> $39) OR (method <> $40) OR (status <> 'open'::text) OR (expires_at <= $41) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($42)) AND (NOT EXISTS(SubPlan 13)))))
--                 SubPlan 13
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 15).col1)
--           InitPlan 15
--             ->  CTE Scan on standing standing_2
--           ->  Nested Loop
--                 ->  CTE Scan on candidate c
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE addressed
--     ->  Nested Loop
--           ->  CTE Scan on opening f_3
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = f_3.account_id)
--                 Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--           SubPlan 19
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(a_2.email, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(a_2.email, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send
--     ->  Insert on recipient_sends s_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 22)
--           ->  Result
--                 One-Time Filter: (LEAST($62, $63) > 0)
--                 ->  CTE Scan on addressed r_1
--           SubPlan 21
--             ->  Function Scan on unnest t
--                   Filter: (t > $64)
--           SubPlan 22
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $69)
--   CTE message
--     ->  Insert on messages
--           InitPlan 27
--             ->  Result
--                   One-Time Filter: (InitPlan 26).col1
--                   InitPlan 26
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on addressed r_2
--           InitPlan 31
--             ->  Result
--                   One-Time Filter: (InitPlan 30).col1
--                   InitPlan 30
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on addressed r_3
--           InitPlan 35
--             ->  Result
--                   One-Time Filter: (InitPlan 34).col1
--                   InitPlan 34
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on addressed r_4
--           InitPlan 39
--             ->  Result
--                   One-Time Filter: (InitPlan 38).col1
--                   InitPlan 38
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on addressed r_5
--           InitPlan 40
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  CTE Scan on addressed r_6
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 32
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 36
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
--                                         Sort Key: (array_position($83, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($82))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery_1".key)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
--   InitPlan 44
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
--   ->  Result
--   ->  CTE Scan on opened
