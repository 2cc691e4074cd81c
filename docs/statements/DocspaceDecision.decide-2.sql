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
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $10::bigint AND code_hash = ANY($11::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $12::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $13 AND a.status = 'open' AND a.expires_at > $14::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $15::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $16::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $17::timestamptz THEN 'expired'
        WHEN t.kind <> $18 THEN 'other_kind' WHEN b.spent >= $19::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $20::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $21::timestamptz DESC,
            l.client_address = $22, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $23::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $24::int ELSE $25::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $26::bigint, f.account_id, $27, $28::text, $29, jsonb_build_array(jsonb_build_object('method', $30::text, 'at', $31::text), jsonb_build_object('method', f.method::text, 'at', $32::text)), $33, $34,
      $35::timestamptz, CASE WHEN ($36::text) = 'signed_in' THEN $37::timestamptz END, $38::timestamptz,
      CASE WHEN ($39::text) = 'signed_in' THEN $40::timestamptz ELSE $41::timestamptz END, $42,
      $43::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $44::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $45::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $46::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
spent AS (
      UPDATE backup_codes b SET used_at = $47::timestamptz FROM backup_code l, verdict v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $48::bigint, $49::timestamptz, $50, v.outcome, $51, v.account_id, v.session_id, v.attempt_id,
      $52, $53, $54, CASE WHEN (v.outcome = ANY($55::text[])
    OR (v.account_id IS NULL AND $56::text <> ALL($57::text[]))) THEN $58::text || md5(concat_ws(' ', $59::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $60::text END
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
--   CTE target
--     ->  Limit
--           InitPlan 3
--             ->  CTE Scan on held
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_account on attempts a
--                             Index Cond: (account_id = (InitPlan 3).col1)
--                             Filter: ((session_id IS NULL) AND (protocol = $4) AND (kind = $5) AND (method = $6) AND (purpose = $7))
--                 SubPlan 2
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE backup_code
--     ->  LockRows
--           ->  Bitmap Heap Scan on backup_codes
--                 Recheck Cond: ((account_id = $10) AND (code_hash = ANY ($11)))
--                 Filter: (used_at IS NULL)
--                 ->  Bitmap Index Scan on backup_codes_pkey
--                       Index Cond: ((account_id = $10) AND (code_hash = ANY ($11)))
--   CTE guess
--     ->  Update on attempts a_1
--           InitPlan 7
--             ->  CTE Scan on backup_code
--           InitPlan 8
--             ->  CTE Scan on backup_code backup_code_1
--           InitPlan 9
--             ->  CTE Scan on backup_code backup_code_2
--           ->  Nested Loop
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $15))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $14) AND (tries_left > 0) AND (kind = $13) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $24 ELSE $25 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $21)), ((l.client_address = $22)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($23)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $21)) DESC, ((l.client_address = $22)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($23)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on proven f
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
--                 ->  CTE Scan on proven f_1
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
--   CTE spent
--     ->  Update on backup_codes b_4
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on backup_code l_2
--                       ->  Index Scan using backup_codes_pkey on backup_codes b_4
--                             Index Cond: ((account_id = l_2.account_id) AND (code_hash = l_2.code_hash))
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on decided v_2
--   InitPlan 20
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
--   InitPlan 21
--     ->  CTE Scan on decided
--   InitPlan 22
--     ->  CTE Scan on decided decided_1
--   InitPlan 23
--     ->  CTE Scan on target
--   InitPlan 24
--     ->  CTE Scan on budget
