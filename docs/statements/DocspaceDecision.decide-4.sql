-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $10::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($11::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($13::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $14::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $15 AND a.status = 'open' AND a.expires_at > $16::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $17::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $18::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $19::timestamptz THEN 'expired'
        WHEN t.kind <> $20 THEN 'other_kind' WHEN b.spent >= $21::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $22::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $23::timestamptz DESC,
            l.client_address = $24, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $25::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $26::int ELSE $27::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $28::bigint, f.account_id, $29, $30::text, $31, jsonb_build_array(jsonb_build_object('method', $32::text, 'at', $33::text), jsonb_build_object('method', f.method::text, 'at', $34::text)), $35, $36,
      $37::timestamptz, CASE WHEN ($38::text) = 'signed_in' THEN $39::timestamptz END, $40::timestamptz,
      CASE WHEN ($41::text) = 'signed_in' THEN $42::timestamptz ELSE $43::timestamptz END, $44,
      $45::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $46::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $47::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $48::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
accepted AS (
      UPDATE totp_factors t SET last_step = $49::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $50::bigint, $51::timestamptz, $52, v.outcome, $53, v.account_id, v.session_id, v.attempt_id,
      $54, $55, $56, CASE WHEN (v.outcome = ANY($57::text[])
    OR (v.account_id IS NULL AND $58::text <> ALL($59::text[]))) THEN $60::text || md5(concat_ws(' ', $61::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $62::text END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE candidate
--     ->  CTE Scan on held
--   CTE target
--     ->  Limit
--           InitPlan 4
--             ->  CTE Scan on candidate
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_account on attempts a
--                             Index Cond: (account_id = (InitPlan 4).col1)
--                             Filter: ((session_id IS NULL) AND (protocol = $4) AND (kind = $5) AND (method = $6) AND (purpose = $7))
--                 SubPlan 3
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE factor
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on candidate f
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_1
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (secret_sealed = $10)
--   CTE guess
--     ->  Update on attempts a_1
--           InitPlan 8
--             ->  CTE Scan on factor
--           InitPlan 9
--             ->  CTE Scan on factor factor_1
--           InitPlan 10
--             ->  CTE Scan on factor factor_2
--           ->  Nested Loop
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $17))
--                 ->  Nested Loop
--                       Join Filter: ((t_2.subject = b_1.subject) AND (t_2.factor = b_1.factor))
--                       ->  CTE Scan on target t_2
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_2.id)
--                       Filter: ((expires_at > $16) AND (tries_left > 0) AND (kind = $15) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_3
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE proven
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $26 ELSE $27 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $23)), ((l.client_address = $24)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($25)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $23)) DESC, ((l.client_address = $24)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($25)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on proven f_1
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
--                 ->  CTE Scan on proven f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE decided
--     ->  Nested Loop Left Join
--           ->  CTE Scan on verdict v
--           ->  CTE Scan on session s_1
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
--   CTE accepted
--     ->  Update on totp_factors t_4
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_4
--                       Index Cond: (account_id = v_1.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on decided v_2
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
--     ->  CTE Scan on decided
--   InitPlan 23
--     ->  CTE Scan on decided decided_1
--   InitPlan 24
--     ->  CTE Scan on target
--   InitPlan 25
--     ->  CTE Scan on budget
