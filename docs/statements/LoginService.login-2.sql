-- LoginService.login

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
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $10::bigint > h.sign_count OR ($11::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $12::boolean) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $13::bigint > h.sign_count OR ($14::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $15::boolean) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $16::bigint > h.sign_count OR ($17::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $18::boolean) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $22::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $26::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed'
      RETURNING b.spent, b.factor, b.spent >= $27::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $28::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
counted AS (
    UPDATE credentials c SET sign_count = $29::bigint FROM held_credential h, verdict v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $30::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $31::timestamptz DESC,
            l.client_address = $32, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $33::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN redeemed f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $34::int ELSE $35::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $36::bigint, f.account_id, $37, $38::text, $39, jsonb_build_array(jsonb_build_object('method', $40::text, 'at', $41::text), jsonb_build_object('method', $42::text, 'at', $43::text)), $44, $45,
      $46::timestamptz, CASE WHEN ($47::text) = 'signed_in' THEN $48::timestamptz END, $49::timestamptz,
      CASE WHEN ($50::text) = 'signed_in' THEN $51::timestamptz ELSE $52::timestamptz END, $53,
      $54::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM redeemed f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $55::bigint, $56::timestamptz, $57, v.outcome, $58, v.account_id, v.session_id, v.attempt_id,
      $59, $60, $61, CASE WHEN (v.outcome = ANY($62::text[])
    OR (v.account_id IS NULL AND $63::text <> ALL($64::text[]))) THEN $65::text || md5(concat_ws(' ', $66::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $67::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome) rows) answer ON true;

-- Plan, with any values:
-- Result
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
--   CTE guess
--     ->  Update on attempts a_1
--           InitPlan 6
--             ->  CTE Scan on held held_1
--           InitPlan 7
--             ->  CTE Scan on held_credential h
--           InitPlan 8
--             ->  CTE Scan on held held_2
--           InitPlan 9
--             ->  CTE Scan on held_credential h_1
--           InitPlan 10
--             ->  CTE Scan on held held_3
--           InitPlan 11
--             ->  CTE Scan on held_credential h_2
--           ->  Nested Loop
--                 Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  Index Scan using attempts_pkey on attempts a_1
--                             Index Cond: (id = t_1.id)
--                             Filter: ((expires_at > $21) AND (tries_left > 0) AND (kind = $20) AND (status = 'open'::text))
--                 ->  CTE Scan on budget b_1
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l.subject) AND (g_1.factor = l.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                             Filter: (status = 'consumed'::text)
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l
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
--                       ->  CTE Scan on held_credential h_3
--                       ->  Index Scan using credentials_pkey on credentials c_1
--                             Index Cond: (id = h_3.id)
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--   CTE redeemed
--     ->  CTE Scan on verdict
--           Filter: (outcome = 'redeemed'::text)
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $34 ELSE $35 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l_1.stage ORDER BY ((l_1.expires_at > $31)), ((l_1.client_address = $32)), (GREATEST(l_1.created_at, l_1.refresh_rotated_at, (l_1.expires_at - (($33)::double precision * '00:00:01'::interval)))), l_1.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l_1.stage, ((l_1.expires_at > $31)) DESC, ((l_1.client_address = $32)), (GREATEST(l_1.created_at, l_1.refresh_rotated_at, (l_1.expires_at - (($33)::double precision * '00:00:01'::interval)))) DESC, l_1.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on redeemed f
--                                                                       ->  Index Scan using sessions_account on sessions l_1
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
--                 ->  CTE Scan on redeemed f_1
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   InitPlan 21
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: guess.purpose, guess.method, guess.status
--                             ->  CTE Scan on guess
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: verdict_1.protocol, verdict_1.outcome
--                             ->  CTE Scan on verdict verdict_1
--                 ->  Subquery Scan on "*SELECT* 3"
--                       ->  HashAggregate
--                             Group Key: settled.factor, settled.used_up
--                             ->  CTE Scan on settled
--                 ->  Subquery Scan on "*SELECT* 4"
--                       ->  HashAggregate
--                             Group Key: superseded.purpose, superseded.method, superseded.status
--                             ->  CTE Scan on superseded
--   InitPlan 22
--     ->  CTE Scan on verdict verdict_2
