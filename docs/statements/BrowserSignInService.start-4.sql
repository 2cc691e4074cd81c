-- BrowserSignInService.start

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.protocol = $3 AND a.purpose = $4 ORDER BY a.id DESC LIMIT 1),
held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $5::bigint AND disabled_at IS NULL AND security_stamp = $6::int FOR SHARE),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $7::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $8::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM held) done
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $9::bigint AND c.revoked_at IS NULL FOR UPDATE),
browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $10::bigint AND b.token_hash = $11 AND b.expires_at > $12::timestamptz FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $13::bigint > h.sign_count OR ($14::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce(a.browser_session_id = (
      SELECT browser_session_id FROM browser), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $15::bigint > h.sign_count OR ($16::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce(a.browser_session_id = (
      SELECT browser_session_id FROM browser), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $17::bigint > h.sign_count OR ($18::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce(a.browser_session_id = (
      SELECT browser_session_id FROM browser), false)) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict_2 AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $22::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
redeemed AS (SELECT account_id, security_stamp FROM verdict_2 WHERE outcome = 'redeemed'),
browser_2 AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $26::bigint AND b.token_hash = $27 AND b.expires_at > $28::timestamptz FOR UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM redeemed),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $29::bigint, b.browser_session_id, $30, $31, s.subject, s.account_id,
        $32::timestamptz, $33::timestamptz
      FROM browser_2 b CROSS JOIN candidate s RETURNING id, subject, account_id, NULL::bigint AS session_id),
owner AS (SELECT h.* FROM redeemed h WHERE EXISTS (SELECT FROM begun)),
surplus AS (
    UPDATE sessions SET ended_at = $34::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $35::timestamptz DESC,
            l.client_address = $36, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $37::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN owner f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $38::int ELSE $39::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $40::bigint, f.account_id, $41, $42::text, $43, jsonb_build_array(jsonb_build_object('method', $44::text, 'at', $45::text)), $46, $47,
      $48::timestamptz, CASE WHEN ($49::text) = 'signed_in' THEN $50::timestamptz END, $51::timestamptz,
      CASE WHEN ($52::text) = 'signed_in' THEN $53::timestamptz ELSE $54::timestamptz END, $55,
      $56::timestamptz, b.browser_session_id, $57::bigint, f.security_stamp
    FROM owner f CROSS JOIN browser_2 b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $58::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $59::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed'
      RETURNING b.spent, b.factor, b.spent >= $60::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $61::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
counted AS (
    UPDATE credentials c SET sign_count = $62::bigint FROM held_credential h, verdict_2 v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $63, previous_token_hash = b.token_hash,
        rotated_at = $64::timestamptz, expires_at = $65::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser_2 l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $66::timestamptz, end_reason = 'replaced' FROM session p, browser_2 b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
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
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict_2 GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE target
--     ->  Limit
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_challenge on attempts a
--                             Index Cond: (secret_hash = ANY ($2))
--                             Filter: ((protocol = $3) AND (purpose = $4))
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $5)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $6))
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on target t
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                             Index Cond: ((subject = t.subject) AND (factor = t.factor))
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on held
--   CTE held_credential
--     ->  LockRows
--           ->  Index Scan using credentials_pkey on credentials c
--                 Index Cond: (id = $9)
--                 Filter: (revoked_at IS NULL)
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b_1
--                 Index Cond: (token_hash = $11)
--                 Filter: ((expires_at > $12) AND (id = $10))
--   CTE guess
--     ->  Update on attempts a_1
--           InitPlan 7
--             ->  CTE Scan on held held_1
--           InitPlan 8
--             ->  CTE Scan on held_credential h
--           InitPlan 9
--             ->  CTE Scan on browser
--           InitPlan 10
--             ->  CTE Scan on held held_2
--           InitPlan 11
--             ->  CTE Scan on held_credential h_1
--           InitPlan 12
--             ->  CTE Scan on browser browser_1
--           InitPlan 13
--             ->  CTE Scan on held held_3
--           InitPlan 14
--             ->  CTE Scan on held_credential h_2
--           InitPlan 15
--             ->  CTE Scan on browser browser_2
--           ->  Nested Loop
--                 Join Filter: ((t_1.subject = b_2.subject) AND (t_1.factor = b_2.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  Index Scan using attempts_pkey on attempts a_1
--                             Index Cond: (id = t_1.id)
--                             Filter: ((expires_at > $21) AND (tries_left > 0) AND (kind = $20) AND (status = 'open'::text))
--                 ->  CTE Scan on budget b_2
--   CTE verdict_2
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_3
--           ->  CTE Scan on guess g
--   CTE redeemed
--     ->  CTE Scan on verdict_2
--           Filter: (outcome = 'redeemed'::text)
--   CTE browser_2
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b_4
--                 Index Cond: (token_hash = $27)
--                 Filter: ((expires_at > $28) AND (id = $26))
--   CTE begun
--     ->  Insert on browser_attempts
--           ->  Nested Loop
--                 ->  CTE Scan on browser_2 b_5
--                 ->  CTE Scan on redeemed
--   CTE owner
--     ->  Result
--           One-Time Filter: (InitPlan 21).col1
--           InitPlan 21
--             ->  CTE Scan on begun
--           ->  CTE Scan on redeemed h_3
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $38 ELSE $39 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $35)), ((l.client_address = $36)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($37)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $35)) DESC, ((l.client_address = $36)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($37)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on owner f
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
--                 ->  Nested Loop
--                       ->  CTE Scan on owner f_1
--                       ->  CTE Scan on browser_2 b_6
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE settled
--     ->  Update on guess_budgets b_7
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l_1.subject) AND (g_1.factor = l_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                             Filter: (status = 'consumed'::text)
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_7
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
--   CTE counted
--     ->  Update on credentials c_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on held_credential h_4
--                       ->  Index Scan using credentials_pkey on credentials c_1
--                             Index Cond: (id = h_4.id)
--                 ->  CTE Scan on verdict_2 v
--                       Filter: (outcome = 'redeemed'::text)
--   CTE rotated
--     ->  Update on browser_sessions b_8
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser_2 l_2
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_8
--                             Index Cond: (id = l_2.browser_session_id)
--                 ->  CTE Scan on session p
--   CTE replaced
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 Join Filter: ((s_1.id <> p_1.session_id) AND (p_1.account_id = s_1.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser_2 b_9
--                       ->  Index Scan using sessions_browser on sessions s_1
--                             Index Cond: (browser_session_id = b_9.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on session p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   InitPlan 32
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: guess.purpose, guess.method, guess.status
--                             ->  CTE Scan on guess
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: verdict_2_1.protocol, verdict_2_1.outcome
--                             ->  CTE Scan on verdict_2 verdict_2_1
--                 ->  Subquery Scan on "*SELECT* 3"
--                       ->  HashAggregate
--                             Group Key: settled.factor, settled.used_up
--                             ->  CTE Scan on settled
--                 ->  Subquery Scan on "*SELECT* 4"
--                       ->  HashAggregate
--                             Group Key: superseded.purpose, superseded.method, superseded.status
--                             ->  CTE Scan on superseded
--   ->  Result
--   ->  CTE Scan on verdict
