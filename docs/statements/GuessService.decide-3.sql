-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
account_2 AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account_2)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM allowed) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN allowed f USING (account_id)
      WHERE t.secret_sealed = $14::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($16::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $21::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $22::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_2 AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
proven AS (
      UPDATE sessions s SET stage = 'signed_in', signed_in_at = $26::timestamptz, second_factor_at = $27::timestamptz,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $28::text),
        expires_at = $29::timestamptz
      FROM proven_2 v WHERE v.outcome = 'redeemed' AND s.id = v.session_id
      RETURNING s.id AS session_id, s.account_id, s.stage),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $30::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $31::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $32::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $33, previous_token_hash = b.token_hash,
        rotated_at = $34::timestamptz, expires_at = $35::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $36::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
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
    RETURNING id),
accepted AS (
      UPDATE totp_factors t SET last_step = $50::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (b_1.browser_session_id = s.browser_session_id)
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_browser_attempt on sessions s
--                             Index Cond: (browser_attempt_id = $4)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (stage = 'pending'::text))
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = s.account_id)
--                             Filter: (disabled_at IS NULL)
--                 ->  CTE Scan on browser b_1
--   CTE flow
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (b_2.browser_session_id = s_1.browser_session_id)
--                 ->  Nested Loop
--                       Join Filter: (h.account_id = s_1.account_id)
--                       ->  Nested Loop
--                             ->  CTE Scan on account h
--                             ->  Index Scan using accounts_pkey on accounts o
--                                   Index Cond: (id = h.account_id)
--                       ->  Index Scan using sessions_live on sessions s_1
--                             Index Cond: (account_id = o.id)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $7) AND (browser_attempt_id = $6) AND (stage = 'pending'::text) AND (o.security_stamp <= security_stamp))
--                 ->  CTE Scan on browser b_2
--   CTE account_2
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on flow f
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f.account_id)
--                       Filter: (disabled_at IS NULL)
--   CTE allowed
--     ->  CTE Scan on flow f_1
--           Filter: ((account_id IS NULL) OR (ANY (account_id = (hashed SubPlan 5).col1)))
--           SubPlan 5
--             ->  CTE Scan on account_2
--   CTE target
--     ->  Limit
--           InitPlan 8
--             ->  CTE Scan on allowed
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_2.id DESC
--                       ->  Index Scan using attempts_session on attempts a_2
--                             Index Cond: (session_id = (InitPlan 8).col1)
--                             Filter: ((kind = $9) AND (method = $10) AND (purpose = $11))
--                 SubPlan 7
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_2.account_id)
--                         Filter: (security_stamp <= a_2.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE factor
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on allowed f_2
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: (secret_sealed = $14)
--   CTE guess
--     ->  Update on attempts a_3
--           InitPlan 12
--             ->  CTE Scan on factor
--           InitPlan 13
--             ->  CTE Scan on factor factor_1
--           InitPlan 14
--             ->  CTE Scan on factor factor_2
--           ->  Nested Loop
--                 Join Filter: ((a_3.kind = 'link'::text) OR (b_4.spent < $21))
--                 ->  Nested Loop
--                       Join Filter: ((t_2.subject = b_4.subject) AND (t_2.factor = b_4.factor))
--                       ->  CTE Scan on target t_2
--                             Filter: allowed
--                       ->  CTE Scan on budget b_4
--                 ->  Index Scan using attempts_pkey on attempts a_3
--                       Index Cond: (id = t_2.id)
--                       Filter: ((expires_at > $20) AND (tries_left > 0) AND (kind = $19) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_3
--                 ->  CTE Scan on budget b_5
--           ->  CTE Scan on guess g
--   CTE proven
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on verdict
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using sessions_pkey on sessions s_2
--                       Index Cond: (id = verdict.session_id)
--   CTE settled
--     ->  Update on guess_budgets b_6
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l.subject) AND (g_1.factor = l.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_6
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l
--   CTE superseded
--     ->  Update on attempts o_2
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_2
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE rotated
--     ->  Update on browser_sessions b_7
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l_1
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_7
--                             Index Cond: (id = l_1.browser_session_id)
--                 ->  CTE Scan on proven p
--   CTE replaced
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 Join Filter: ((s_3.id <> p_1.session_id) AND (p_1.account_id = s_3.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_8
--                       ->  Index Scan using sessions_browser on sessions s_3
--                             Index Cond: (browser_session_id = b_8.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on proven p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   CTE accepted
--     ->  Update on totp_factors t_4
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_4
--                       Index Cond: (account_id = v_1.account_id)
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
--   InitPlan 25
--     ->  CTE Scan on verdict verdict_2
--   InitPlan 26
--     ->  CTE Scan on flow
--   InitPlan 27
--     ->  CTE Scan on proven
--   InitPlan 28
--     ->  CTE Scan on budget
