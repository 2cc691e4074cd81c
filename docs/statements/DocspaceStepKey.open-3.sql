-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN fresh f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $31::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM fresh),
closed AS (
    UPDATE attempts a SET closed_at = $32::timestamptz,
      status = CASE WHEN a.expires_at <= $33::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $34 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $35 AND a.session_id IS NULL AND a.kind = $36 AND a.method = $37 AND (a.status = 'open' AND a.expires_at > $38::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($39::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND a.purpose = $43
      AND ((a.status = 'open' AND a.expires_at > $44::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($45::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $46::timestamptz) ORDER BY a.id DESC LIMIT 1),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $47::bigint, $48, $49, $50, $51, $52,
          f.subject, f.account_id, f.session_id, $53, $54,
          $55::smallint, $56::timestamptz, $57::timestamptz,
          $58::bigint, $59::bigint,
          $60::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($61::text, language) AS language, account_id FROM recipient),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($62::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee r WHERE r.address IS NOT NULL),
counted AS (SELECT r.counted FROM addressed r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $63, ARRAY[$64::timestamptz], $65::timestamptz FROM counted f WHERE least($66::int, $67::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $68::timestamptz) || $69::timestamptz
    WHERE (SELECT count(*) < $70::int AND count(*) FILTER (WHERE t > $71::timestamptz) < $72::int
      FROM unnest(s.sent_at) t WHERE t > $73::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $74::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $75::bigint, $76::bigint, r.account_id, $77,
      $78::boolean, $79, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $80::text END,
      $81::timestamptz, $82::timestamptz, $83::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $84::timestamptz END, r.withheld, (SELECT c FROM unnest($85::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $86::bigint, $87::timestamptz, $88, v.outcome, $89, v.account_id, v.session_id, v.attempt_id,
      $90, $91, $92, CASE WHEN (v.outcome = ANY($93::text[])
    OR (v.account_id IS NULL AND $94::text <> ALL($95::text[]))) THEN $96::text || md5(concat_ws(' ', $97::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $98::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE fresh
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on held f
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s
--                       Index Cond: (account_id = o.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (signed_in_at > $7) AND (token_hash = $3) AND (protocol = $4) AND (stage = $5) AND (o.security_stamp <= security_stamp))
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $12 ELSE $13 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $9)), ((l.client_address = $10)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($11)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $9)) DESC, ((l.client_address = $10)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($11)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on fresh f_1
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_1.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s_1
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE candidate
--     ->  CTE Scan on fresh
--   CTE closed
--     ->  Update on attempts a
--           InitPlan 7
--             ->  CTE Scan on candidate
--           InitPlan 8
--             ->  CTE Scan on candidate candidate_1
--           ->  Index Scan using attempts_account on attempts a
--                 Index Cond: (account_id = (InitPlan 7).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $34) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 8).col1) OR (protocol <> $35) OR (session_id IS NOT NULL) OR (kind <> $36) OR (method <> $37) OR (status <> 'open'::text) OR (expires_at <= $38) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($39)) AND (NOT EXISTS(SubPlan 9)))))
--                 SubPlan 9
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 13).col1)
--           InitPlan 13
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 11
--                           ->  CTE Scan on candidate candidate_2
--                         ->  Sort
--                               Sort Key: a_1.id DESC
--                               ->  Index Scan using attempts_account on attempts a_1
--                                     Index Cond: (account_id = (InitPlan 11).col1)
--                                     Filter: ((session_id IS NULL) AND (protocol = $40) AND (kind = $41) AND (method = $42) AND (purpose = $43) AND (((status = 'open'::text) AND (expires_at > $44) AND ((account_id IS NULL) OR (purpose = ANY ($45)) OR EXISTS(SubPlan 12))) OR ((status = 'exhausted'::text) AND (expires_at > $46))))
--                                     SubPlan 12
--                                       ->  Index Scan using accounts_pkey on accounts o_2
--                                             Index Cond: (id = a_1.account_id)
--                                             Filter: (security_stamp <= a_1.security_stamp)
--           ->  Nested Loop
--                 ->  CTE Scan on candidate c
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_3
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE addressed
--     ->  Nested Loop
--           ->  CTE Scan on opening f_4
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = f_4.account_id)
--                 Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--           SubPlan 17
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(a_2.email, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(a_2.email, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send
--     ->  Insert on recipient_sends s_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 20)
--           ->  Result
--                 One-Time Filter: (LEAST($66, $67) > 0)
--                 ->  CTE Scan on addressed r_1
--           SubPlan 19
--             ->  Function Scan on unnest t
--                   Filter: (t > $68)
--           SubPlan 20
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $73)
--   CTE message
--     ->  Insert on messages
--           InitPlan 25
--             ->  Result
--                   One-Time Filter: (InitPlan 24).col1
--                   InitPlan 24
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on addressed r_2
--           InitPlan 29
--             ->  Result
--                   One-Time Filter: (InitPlan 28).col1
--                   InitPlan 28
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on addressed r_3
--           InitPlan 33
--             ->  Result
--                   One-Time Filter: (InitPlan 32).col1
--                   InitPlan 32
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on addressed r_4
--           InitPlan 37
--             ->  Result
--                   One-Time Filter: (InitPlan 36).col1
--                   InitPlan 36
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on addressed r_5
--           InitPlan 38
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  CTE Scan on addressed r_6
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_6.address))
--                 SubPlan 34
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_6.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 41
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
--   ->  CTE Scan on verdict
