-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $5 AND a.session_id IS NULL AND a.kind = $6 AND a.method = $7 AND a.purpose = $8
      AND ((a.status = 'open' AND a.expires_at > $9::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($10::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $11::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $12::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $13::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $14::timestamptz DESC,
            l.client_address = $15, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $16::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $17::int ELSE $18::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $19::bigint, f.account_id, $20, $21::text, $22, jsonb_build_array(jsonb_build_object('method', $23::text, 'at', $24::text)), $25, $26,
      $27::timestamptz, CASE WHEN ($28::text) = 'signed_in' THEN $29::timestamptz END, $30::timestamptz,
      CASE WHEN ($31::text) = 'signed_in' THEN $32::timestamptz ELSE $33::timestamptz END, $34,
      $35::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $36::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $37::timestamptz,
      status = CASE WHEN a.expires_at <= $38::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $39 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND (a.status = 'open' AND a.expires_at > $43::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($44::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($59::text, language) AS language, account_id FROM recipient),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($60::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM addressee r WHERE r.address IS NOT NULL),
counted AS (SELECT r.counted FROM addressed r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $61, ARRAY[$62::timestamptz], $63::timestamptz FROM counted f WHERE least($64::int, $65::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $66::timestamptz) || $67::timestamptz
    WHERE (SELECT count(*) < $68::int AND count(*) FILTER (WHERE t > $69::timestamptz) < $70::int
      FROM unnest(s.sent_at) t WHERE t > $71::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM recipient_send)),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $72), ''), $73::int, $74::int, $75::timestamptz FROM in_share r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $76::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $77::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $78::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $79::timestamptz) OR c.for_anybody + c.for_owners < $80::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $81::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM in_share r WHERE EXISTS (SELECT FROM window_send)),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $82, $83::int, $84::int, $85::timestamptz FROM within_window r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $86::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $87::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $88::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $89::timestamptz) OR c.for_anybody + c.for_owners < $90::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $91::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM window_send_2)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM in_share) THEN CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM within_window_2) THEN NULL::text ELSE $92::text END ELSE $93::text END ELSE $94::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $95::bigint, $96::bigint, r.account_id, $97,
      $98::boolean, $99, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $100::text END,
      $101::timestamptz, $102::timestamptz, $103::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $104::timestamptz END, r.withheld, (SELECT c FROM unnest($105::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $106::bigint, $107::timestamptz, $108, v.outcome, $109, v.account_id, v.session_id, v.attempt_id,
      $110, $111, $112, CASE WHEN (v.outcome = ANY($113::text[])
    OR (v.account_id IS NULL AND $114::text <> ALL($115::text[]))) THEN $116::text || md5(concat_ws(' ', $117::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $118::text END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM opened) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held_2
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (i.account_id = f.account_id)
--                 ->  Index Scan using external_identities_pkey on external_identities i
--                       Index Cond: ((issuer = $3) AND (subject = $4))
--                 ->  CTE Scan on held_2 f
--   CTE candidate
--     ->  CTE Scan on held
--   CTE standing
--     ->  Limit
--           InitPlan 4
--             ->  CTE Scan on candidate
--           ->  Sort
--                 Sort Key: a.id DESC
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = (InitPlan 4).col1)
--                       Filter: ((session_id IS NULL) AND (protocol = $5) AND (kind = $6) AND (method = $7) AND (purpose = $8) AND (((status = 'open'::text) AND (expires_at > $9) AND ((account_id IS NULL) OR (purpose = ANY ($10)) OR EXISTS(SubPlan 5))) OR ((status = 'exhausted'::text) AND (expires_at > $11))))
--                       SubPlan 5
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $17 ELSE $18 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $14)), ((l.client_address = $15)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($16)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $14)) DESC, ((l.client_address = $15)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($16)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on held f_1
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_1.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on held f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE opened
--     ->  CTE Scan on session
--           InitPlan 10
--             ->  Append
--                   ->  CTE Scan on standing standing_1
--                         Filter: (status = 'open'::text)
--                   ->  Result
--                         One-Time Filter: (NOT (InitPlan 9).col1)
--                         InitPlan 9
--                           ->  CTE Scan on standing
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 12
--             ->  CTE Scan on candidate candidate_1
--           InitPlan 13
--             ->  CTE Scan on candidate candidate_2
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 12).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $39) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 13).col1) OR (protocol <> $40) OR (session_id IS NOT NULL) OR (kind <> $41) OR (method <> $42) OR (status <> 'open'::text) OR (expires_at <= $43) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($44)) AND (NOT EXISTS(SubPlan 14)))))
--                 SubPlan 14
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 16).col1)
--           InitPlan 16
--             ->  CTE Scan on standing standing_2
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
--                 Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--           SubPlan 20
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(a_2.phone, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(a_2.phone, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE recipient_send
--     ->  Insert on recipient_sends s_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 23)
--           ->  Result
--                 One-Time Filter: (LEAST($64, $65) > 0)
--                 ->  CTE Scan on addressed r_1
--           SubPlan 22
--             ->  Function Scan on unnest t
--                   Filter: (t > $66)
--           SubPlan 23
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $71)
--   CTE in_share
--     ->  Result
--           One-Time Filter: (InitPlan 25).col1
--           InitPlan 25
--             ->  CTE Scan on recipient_send
--           ->  CTE Scan on addressed r_2
--   CTE window_send
--     ->  Insert on send_counts c_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_1.window_ends_at <= $79) OR (((c_1.for_anybody + c_1.for_owners) < $80) AND ((excluded_1.for_owners > 0) OR (c_1.for_anybody < $81))))
--           ->  CTE Scan on in_share r_3
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 28).col1
--           InitPlan 28
--             ->  CTE Scan on window_send
--           ->  CTE Scan on in_share r_4
--   CTE window_send_2
--     ->  Insert on send_counts c_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_2.window_ends_at <= $89) OR (((c_2.for_anybody + c_2.for_owners) < $90) AND ((excluded_2.for_owners > 0) OR (c_2.for_anybody < $91))))
--           ->  CTE Scan on within_window r_5
--   CTE message
--     ->  Insert on messages
--           InitPlan 33
--             ->  CTE Scan on in_share
--           InitPlan 34
--             ->  CTE Scan on within_window
--           InitPlan 36
--             ->  Result
--                   One-Time Filter: (InitPlan 35).col1
--                   InitPlan 35
--                     ->  CTE Scan on window_send_2
--                   ->  CTE Scan on within_window r_6
--           InitPlan 39
--             ->  CTE Scan on in_share in_share_1
--           InitPlan 40
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 42
--             ->  Result
--                   One-Time Filter: (InitPlan 41).col1
--                   InitPlan 41
--                     ->  CTE Scan on window_send_2 window_send_2_1
--                   ->  CTE Scan on within_window r_7
--           InitPlan 45
--             ->  CTE Scan on in_share in_share_2
--           InitPlan 46
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 48
--             ->  Result
--                   One-Time Filter: (InitPlan 47).col1
--                   InitPlan 47
--                     ->  CTE Scan on window_send_2 window_send_2_2
--                   ->  CTE Scan on within_window r_8
--           InitPlan 51
--             ->  CTE Scan on in_share in_share_3
--           InitPlan 52
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 54
--             ->  Result
--                   One-Time Filter: (InitPlan 53).col1
--                   InitPlan 53
--                     ->  CTE Scan on window_send_2 window_send_2_3
--                   ->  CTE Scan on within_window r_9
--           InitPlan 55
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_3.c)
--           ->  CTE Scan on addressed r_10
--                 SubPlan 31
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 43
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 49
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_10.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
--   InitPlan 58
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
