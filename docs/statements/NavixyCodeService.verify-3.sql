-- NavixyCodeService.verify

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM pending) AND a.kind = $6 AND a.method = $7 AND a.purpose = $8 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $9::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $10::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($13::text[]))) OR a.tries_left = 1 THEN $14::timestamptz END
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
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $22::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $23::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $24::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
read AS (
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN verdict u ON u.account_id = a.id WHERE u.outcome = 'redeemed'),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $25, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $26::text),
        signed_in_at = $27::timestamptz, expires_at = $28::timestamptz
      FROM proven v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[])
    OR (v.account_id IS NULL AND $37::text <> ALL($38::text[]))) THEN $39::text || md5(concat_ws(' ', $40::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $41::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING e.*),
streamed AS (
    INSERT INTO event_stream (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, next_try_at)
    SELECT id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, $42::timestamptz
    FROM audited WHERE repeated = 0 AND account_id IS NOT NULL RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM pending) AS pending) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE pending
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s
--                       Index Cond: (token_hash = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE target
--     ->  Limit
--           InitPlan 3
--             ->  CTE Scan on pending
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_session on attempts a
--                             Index Cond: (session_id = (InitPlan 3).col1)
--                             Filter: ((kind = $6) AND (method = $7) AND (purpose = $8))
--                 SubPlan 2
--                   ->  Index Scan using accounts_pkey on accounts o_1
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
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $17))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $16) AND (tries_left > 0) AND (kind = $15) AND (status = 'open'::text))
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
--   CTE lifted
--     ->  Delete on suppressed_addresses b_4
--           ->  Nested Loop
--                 Join Filter: (b_4.address = lower(CASE u.method WHEN 'email'::text THEN a_2.email WHEN 'sms'::text THEN a_2.phone ELSE NULL::text END))
--                 ->  Nested Loop
--                       ->  CTE Scan on verdict u
--                             Filter: (outcome = 'redeemed'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_2
--                             Index Cond: (id = u.account_id)
--                 ->  Seq Scan on suppressed_addresses b_4
--   CTE promoted
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on verdict
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using sessions_pkey on sessions s_1
--                       Index Cond: (id = verdict.session_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   CTE streamed
--     ->  Insert on event_stream
--           ->  CTE Scan on audited
--                 Filter: ((account_id IS NOT NULL) AND (repeated = 0))
--   InitPlan 14
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
--   InitPlan 15
--     ->  CTE Scan on verdict verdict_2
--   InitPlan 16
--     ->  CTE Scan on pending pending_1
