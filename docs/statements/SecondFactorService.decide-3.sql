-- SecondFactorService.decide

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2::text THEN 'current'
        WHEN s.refresh_previous_hash = $3::text AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE OF s),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN good f USING (account_id)
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
promoted AS (
      UPDATE sessions s SET
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY($26::text[]) THEN s.refresh_hash
      ELSE $27 END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN $28 ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN $29::timestamptz ELSE s.refresh_rotated_at END, stage = 'signed_in',
    second_factor_at = $30::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $31::text),
        signed_in_at = coalesce(s.signed_in_at, $32::timestamptz),
        expires_at = least($33::timestamptz, s.absolute_ends_at)
      FROM good p, verdict v WHERE v.outcome = 'redeemed' AND s.id = p.session_id
      RETURNING s.id AS session_id, s.account_id, s.refresh_hash, s.stage, s.amr, s.second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $34::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor
    FROM promoted f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN with_account h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $35::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $36::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $37::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
accepted AS (
      UPDATE totp_factors t SET last_step = $38::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[])
    OR (v.account_id IS NULL AND $47::text <> ALL($48::text[]))) THEN $49::text || md5(concat_ws(' ', $50::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $51::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM answer) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE presented
--     ->  LockRows
--           ->  Index Scan using sessions_token_hash_key on sessions s
--                 Index Cond: (token_hash = $6)
--                 Filter: (protocol = $7)
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = s.account_id)
--                         Filter: (security_stamp <= s.security_stamp)
--   CTE good
--     ->  CTE Scan on presented
--           Filter: (state = ANY ('{current,concurrent,lost_answer}'::text[]))
--   CTE target
--     ->  Limit
--           InitPlan 5
--             ->  CTE Scan on good
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_1.id DESC
--                       ->  Index Scan using attempts_session on attempts a_1
--                             Index Cond: (session_id = (InitPlan 5).col1)
--                             Filter: ((kind = $9) AND (method = $10) AND (purpose = $11))
--                 SubPlan 4
--                   ->  Index Scan using accounts_pkey on accounts o_1
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
--                 ->  CTE Scan on good f_1
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (secret_sealed = $14)
--   CTE guess
--     ->  Update on attempts a_2
--           InitPlan 9
--             ->  CTE Scan on factor
--           InitPlan 10
--             ->  CTE Scan on factor factor_1
--           InitPlan 11
--             ->  CTE Scan on factor factor_2
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $21))
--                 ->  Nested Loop
--                       Join Filter: ((t_2.subject = b_1.subject) AND (t_2.factor = b_1.factor))
--                       ->  CTE Scan on target t_2
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
--                       Index Cond: (id = t_2.id)
--                       Filter: ((expires_at > $20) AND (tries_left > 0) AND (kind = $19) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_3
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE promoted
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on good p
--                       ->  Index Scan using sessions_pkey on sessions s_1
--                             Index Cond: (id = p.session_id)
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--                 SubPlan 14
--                   ->  Aggregate
--                         ->  Function Scan on jsonb_array_elements m
--                               Filter: ((value ->> 'method'::text) <> v_1.method)
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
--     ->  Update on attempts o_2
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_2
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE accepted
--     ->  Update on totp_factors t_4
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v_2
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_4
--                       Index Cond: (account_id = v_2.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_3
--   InitPlan 20
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
--   ->  Result
--   ->  Nested Loop Left Join
--         ->  CTE Scan on verdict v
--         ->  Nested Loop
--               ->  CTE Scan on promoted f
--               ->  Index Scan using accounts_pkey on accounts a
--                     Index Cond: (id = f.account_id)
--                     Filter: (disabled_at IS NULL)
