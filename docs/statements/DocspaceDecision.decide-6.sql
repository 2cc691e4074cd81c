-- DocspaceDecision.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $14::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $15::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $16::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($18::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($19::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $20::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $21 AND a.status = 'open' AND a.expires_at > $22::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $23::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $24::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $25::timestamptz THEN 'expired'
        WHEN t.kind <> $26 THEN 'other_kind' WHEN b.spent >= $27::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $28, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $29::text),
        signed_in_at = $30::timestamptz, expires_at = $31::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $32::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $33::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $34::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
accepted AS (
      UPDATE totp_factors t SET last_step = $35::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $36::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($37::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
overtaken AS (
    UPDATE sessions s SET ended_at = $38::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $39 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $40 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $41::bigint, $42::timestamptz, $43, v.outcome, $44, v.account_id, v.session_id, v.attempt_id,
      $45, $46, $47, CASE WHEN (v.outcome = ANY($48::text[])
    OR (v.account_id IS NULL AND $49::text <> ALL($50::text[]))) THEN $51::text || md5(concat_ws(' ', $52::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $53::text END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_token_hash_key on sessions s
--                             Index Cond: (token_hash = $1)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = o.id)
--                       Filter: (disabled_at IS NULL)
--   CTE pending
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_1.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $8) AND (token_hash = $5) AND (protocol = $6) AND (stage = $7) AND (o_1.security_stamp <= security_stamp))
--   CTE candidate
--     ->  CTE Scan on pending
--   CTE target
--     ->  Limit
--           InitPlan 5
--             ->  CTE Scan on candidate
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_1.id DESC
--                       ->  Index Scan using attempts_account on attempts a_1
--                             Index Cond: (account_id = (InitPlan 5).col1)
--                             Filter: ((session_id IS NULL) AND (protocol = $10) AND (kind = $11) AND (method = $12) AND (purpose = $13))
--                 SubPlan 4
--                   ->  Index Scan using accounts_pkey on accounts o_2
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE factor
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on candidate f_1
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (secret_sealed = $16)
--   CTE guess
--     ->  Update on attempts a_2
--           InitPlan 9
--             ->  CTE Scan on factor
--           InitPlan 10
--             ->  CTE Scan on factor factor_1
--           InitPlan 11
--             ->  CTE Scan on factor factor_2
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $23))
--                 ->  Nested Loop
--                       Join Filter: ((t_2.subject = b_1.subject) AND (t_2.factor = b_1.factor))
--                       ->  CTE Scan on target t_2
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
--                       Index Cond: (id = t_2.id)
--                       Filter: ((expires_at > $22) AND (tries_left > 0) AND (kind = $21) AND (status = 'open'::text))
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
--   CTE promoted
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 Join Filter: (n.account_id = p.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on pending p
--                       ->  Index Scan using sessions_pkey on sessions s_2
--                             Index Cond: (id = p.session_id)
--                 ->  CTE Scan on proven n
--                       Filter: (outcome = 'redeemed'::text)
--   CTE decided
--     ->  Nested Loop Left Join
--           ->  CTE Scan on verdict v
--           ->  CTE Scan on promoted s_3
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l.subject) AND (g_1.factor = l.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l
--   CTE superseded
--     ->  Update on attempts o_3
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_3
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE accepted
--     ->  Update on totp_factors t_4
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_4
--                       Index Cond: (account_id = v_1.account_id)
--   CTE spent_links
--     ->  Update on attempts a_3
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_2
--                 ->  Index Scan using attempts_account on attempts a_3
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($37)))
--   CTE overtaken
--     ->  Update on sessions s_4
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_3
--                 ->  Index Scan using sessions_account on sessions s_4
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 21).col1))) AND (protocol = $39) AND (stage = 'pending'::text) AND (((amr -> 0) ->> 'method'::text) = $40))
--                       SubPlan 21
--                         ->  CTE Scan on pending pending_1
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on decided v_2
--   InitPlan 24
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
--                 ->  Subquery Scan on "*SELECT* 5"
--                       ->  HashAggregate
--                             Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                             ->  CTE Scan on spent_links
--   InitPlan 25
--     ->  CTE Scan on decided
--   InitPlan 26
--     ->  CTE Scan on decided decided_1
--   InitPlan 27
--     ->  CTE Scan on target
--   InitPlan 28
--     ->  CTE Scan on budget
