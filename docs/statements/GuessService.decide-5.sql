-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($6::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.browser_attempt_id = (SELECT id FROM allowed) AND a.session_id IS NULL AND a.kind = 'code' AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR a.tries_left >= $17::int)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $18::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $19::timestamptz THEN 'expired'
        WHEN t.kind <> $20 THEN 'other_kind' WHEN b.spent >= $21::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
sign_up AS (
      SELECT u.*, v.method, (u.email IS NULL OR u.email_proven_at IS NOT NULL OR v.method = 'email')
        AND (u.phone IS NULL OR u.phone_proven_at IS NOT NULL OR v.method = 'sms') AS complete
      FROM sign_ups u JOIN flow f ON f.id = u.id CROSS JOIN verdict v WHERE v.outcome = 'redeemed'),
removed AS (
      DELETE FROM accounts a USING sign_up s
      WHERE s.complete AND a.activated_at IS NULL AND a.invited_at IS NULL AND (a.email = $22 OR a.phone = s.phone)
      RETURNING a.id),
account_2 AS (
      INSERT INTO accounts (id, email, username, phone, phone_signs_in, first_name, last_name, password_hash, language, activated_at,
        created_at, updated_at)
      SELECT $23::bigint, $24::text, s.username, s.phone, s.phone IS NOT NULL, s.first_name, s.last_name, s.password_hash, s.language,
        $25::timestamptz, $26::timestamptz, $27::timestamptz
      FROM sign_up s CROSS JOIN (SELECT count(*) FROM removed) done WHERE s.complete RETURNING id AS account_id, security_stamp),
surplus AS (
    UPDATE sessions SET ended_at = $28::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $29::timestamptz DESC,
            l.client_address = $30, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $31::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN account_2 f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $32::int ELSE $33::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $34::bigint, f.account_id, $35, $36::text, $37, jsonb_build_array(jsonb_build_object('method', $38::text, 'at', $39::text)), $40, $41,
      $42::timestamptz, CASE WHEN ($43::text) = 'signed_in' THEN $44::timestamptz END, $45::timestamptz,
      CASE WHEN ($46::text) = 'signed_in' THEN $47::timestamptz ELSE $48::timestamptz END, $49,
      $50::timestamptz, b.browser_session_id, $51::bigint, f.security_stamp
    FROM account_2 f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
proven AS (
        SELECT session_id, account_id, stage FROM session
        UNION ALL SELECT NULL, NULL, 'pending' FROM sign_up WHERE NOT complete),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $52::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $53::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $54::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $55, previous_token_hash = b.token_hash,
        rotated_at = $56::timestamptz, expires_at = $57::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $58::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
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
    RETURNING id),
noted AS (
      UPDATE sign_ups u SET
        email_proven_at = CASE WHEN s.method = 'email' THEN $72::timestamptz ELSE u.email_proven_at END,
        phone_proven_at = CASE WHEN s.method = 'sms' THEN $73::timestamptz ELSE u.phone_proven_at END,
        completed_at = CASE WHEN s.complete THEN $74::timestamptz END,
        password_hash = CASE WHEN s.complete THEN NULL ELSE u.password_hash END
      FROM sign_up s WHERE u.id = s.id RETURNING u.id),
read AS (SELECT CASE s.method WHEN 'email' THEN s.email ELSE s.phone END AS address FROM sign_up s),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE flow
--     ->  Nested Loop Anti Join
--           ->  Nested Loop
--                 Join Filter: (b_1.browser_session_id = a.browser_session_id)
--                 ->  Index Scan using browser_attempts_pkey on browser_attempts a
--                       Index Cond: (id = $4)
--                       Filter: (expires_at > $5)
--                 ->  CTE Scan on browser b_1
--           ->  Index Only Scan using sessions_browser_attempt on sessions s
--                 Index Cond: (browser_attempt_id = $4)
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on flow f
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f.account_id)
--                       Filter: (disabled_at IS NULL)
--   CTE target
--     ->  Limit
--           InitPlan 6
--             ->  CTE Scan on flow f_1
--                   Filter: ((account_id IS NULL) OR (ANY (account_id = (hashed SubPlan 5).col1)))
--                   SubPlan 5
--                     ->  CTE Scan on account
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_2.id DESC
--                       ->  Index Scan using attempts_browser on attempts a_2
--                             Index Cond: (browser_attempt_id = (InitPlan 6).col1)
--                             Filter: ((session_id IS NULL) AND (kind = 'code'::text) AND (purpose = $7))
--                 SubPlan 4
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a_2.account_id)
--                         Filter: (security_stamp <= a_2.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b_2
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE guess
--     ->  Update on attempts a_3
--           ->  Nested Loop
--                 Join Filter: ((a_3.kind = 'link'::text) OR (b_3.spent < $16) OR (a_3.tries_left >= $17))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_3.subject) AND (t_1.factor = b_3.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_3
--                 ->  Index Scan using attempts_pkey on attempts a_3
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $15) AND (tries_left > 0) AND (kind = $14) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_4
--           ->  CTE Scan on guess g
--   CTE sign_up
--     ->  Nested Loop
--           ->  Nested Loop
--                 ->  CTE Scan on flow f_2
--                 ->  Index Scan using sign_ups_pkey on sign_ups u
--                       Index Cond: (id = f_2.id)
--           ->  CTE Scan on verdict v
--                 Filter: (outcome = 'redeemed'::text)
--   CTE removed
--     ->  Delete on accounts a_4
--           ->  Nested Loop
--                 Join Filter: ((a_4.email = $22) OR (a_4.phone = s_1.phone))
--                 ->  Index Scan using accounts_unproven on accounts a_4
--                       Filter: ((activated_at IS NULL) AND (invited_at IS NULL))
--                 ->  CTE Scan on sign_up s_1
--                       Filter: complete
--   CTE account_2
--     ->  Insert on accounts
--           ->  Nested Loop
--                 ->  CTE Scan on sign_up s_2
--                       Filter: complete
--                 ->  Aggregate
--                       ->  CTE Scan on removed
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $32 ELSE $33 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $29)), ((l.client_address = $30)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($31)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $29)) DESC, ((l.client_address = $30)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($31)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on account_2 f_3
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_3.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s_3
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on account_2 f_4
--                       ->  CTE Scan on browser b_5
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE proven
--     ->  Append
--           ->  CTE Scan on session
--           ->  CTE Scan on sign_up
--                 Filter: (NOT complete)
--   CTE settled
--     ->  Update on guess_budgets b_6
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l_1.subject) AND (g_1.factor = l_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_6
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l_1
--   CTE superseded
--     ->  Update on attempts o_1
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_1
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE rotated
--     ->  Update on browser_sessions b_7
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l_2
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_7
--                             Index Cond: (id = l_2.browser_session_id)
--                 ->  CTE Scan on proven p
--   CTE replaced
--     ->  Update on sessions s_4
--           ->  Nested Loop
--                 Join Filter: ((s_4.id <> p_1.session_id) AND (p_1.account_id = s_4.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_8
--                       ->  Index Scan using sessions_browser on sessions s_4
--                             Index Cond: (browser_session_id = b_8.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on proven p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   CTE noted
--     ->  Update on sign_ups u_1
--           ->  Nested Loop
--                 ->  CTE Scan on sign_up s_5
--                 ->  Index Scan using sign_ups_pkey on sign_ups u_1
--                       Index Cond: (id = s_5.id)
--   CTE lifted
--     ->  Delete on suppressed_addresses b_9
--           ->  Hash Join
--                 Hash Cond: (lower(CASE s_6.method WHEN 'email'::text THEN s_6.email ELSE s_6.phone END) = b_9.address)
--                 ->  CTE Scan on sign_up s_6
--                 ->  Hash
--                       ->  Seq Scan on suppressed_addresses b_9
--   InitPlan 24
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1_1"
--                       ->  HashAggregate
--                             Group Key: guess.purpose, guess.method, guess.status
--                             ->  CTE Scan on guess
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: verdict.protocol, verdict.outcome
--                             ->  CTE Scan on verdict
--                 ->  Subquery Scan on "*SELECT* 3"
--                       ->  HashAggregate
--                             Group Key: settled.factor, settled.used_up
--                             ->  CTE Scan on settled
--                 ->  Subquery Scan on "*SELECT* 4"
--                       ->  HashAggregate
--                             Group Key: superseded.purpose, superseded.method, superseded.status
--                             ->  CTE Scan on superseded
--   InitPlan 25
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 26
--     ->  CTE Scan on flow
--   InitPlan 27
--     ->  CTE Scan on proven
--   InitPlan 28
--     ->  CTE Scan on budget
