-- LinkConfirmService.burn

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'link' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $6::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $7 AND a.status = 'open' AND a.expires_at > $8::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $9::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $10::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $11::timestamptz THEN 'expired'
        WHEN t.kind <> $12 THEN 'other_kind' WHEN b.spent >= $13::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_in_browser AS (
    SELECT v.account_id, v.security_stamp, v.method, a.browser_session_id, a.browser_attempt_id
    FROM verdict v JOIN attempts a ON a.id = v.attempt_id
    WHERE v.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL),
entering AS (
    SELECT f.*, CASE WHEN f.method = 'email' THEN a.second_factor ELSE CASE WHEN a.second_factor = 'none' AND a.guarded_until > $14::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END END AS second_factor
    FROM proven_in_browser f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND a.second_factor <> f.method),
surplus AS (
    UPDATE sessions SET ended_at = $15::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $16::timestamptz DESC,
            l.client_address = $17, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $18::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN entering f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $19::int ELSE $20::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $21::bigint, f.account_id, $22, CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END, $23, jsonb_build_array(jsonb_build_object('method', f.method::text, 'at', $24::text)), $25, $26,
      $27::timestamptz, CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $28::timestamptz END, $29::timestamptz,
      CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $30::timestamptz ELSE $31::timestamptz END, $32,
      $33::timestamptz, f.browser_session_id, f.browser_attempt_id, f.security_stamp
    FROM entering f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $34::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $35::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $36::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
read AS (
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN verdict u ON u.account_id = a.id WHERE u.outcome = 'redeemed'),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[])
    OR (v.account_id IS NULL AND $45::text <> ALL($46::text[]))) THEN $47::text || md5(concat_ws(' ', $48::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $49::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM session) AS done) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE target
--     ->  Limit
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_link on attempts a
--                             Index Cond: (secret_hash = ANY ($2))
--                             Filter: (purpose = $3)
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE guess
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $9))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $8) AND (tries_left > 0) AND (kind = $7) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE entering
--     ->  Nested Loop
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using attempts_pkey on attempts a_3
--                       Index Cond: (id = v.attempt_id)
--                       Filter: ((browser_session_id IS NOT NULL) AND (session_id IS NULL) AND (purpose = 'sign_in'::text))
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = v.account_id)
--                 Filter: ((disabled_at IS NULL) AND (second_factor <> v.method))
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $19 ELSE $20 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $16)), ((l.client_address = $17)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($18)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $16)) DESC, ((l.client_address = $17)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($18)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on entering f
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
--                 ->  CTE Scan on entering f_1
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l_1.subject) AND (g_1.factor = l_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
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
--   CTE lifted
--     ->  Delete on suppressed_addresses b_4
--           ->  Nested Loop
--                 Join Filter: (b_4.address = lower(CASE u.method WHEN 'email'::text THEN a_4.email WHEN 'sms'::text THEN a_4.phone ELSE NULL::text END))
--                 ->  Nested Loop
--                       ->  CTE Scan on verdict u
--                             Filter: (outcome = 'redeemed'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_4
--                             Index Cond: (id = u.account_id)
--                 ->  Seq Scan on suppressed_addresses b_4
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   InitPlan 13
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
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
--   InitPlan 14
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 15
--     ->  CTE Scan on session
