-- ContactProof.complete

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($10::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM fresh) AND a.method = $11 AND a.kind = 'code' AND EXISTS (
  SELECT FROM contact_changes p WHERE p.account_id = a.account_id AND p.attempt_id = a.id) AND a.purpose = $12 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $13::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $14::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM fresh) done
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($15::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($16::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($17::text[]))) OR a.tries_left = 1 THEN $18::timestamptz END
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
proven_contact AS (
    SELECT v.account_id, v.security_stamp, c.address FROM verdict v JOIN contact_changes c
      ON c.account_id = v.account_id AND c.attempt_id = v.attempt_id
    WHERE v.outcome = 'redeemed'),
changed AS (
    UPDATE accounts a SET phone = $26, phone_signs_in = $27::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $28::timestamptz
    FROM proven_contact f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp AND a.disabled_at IS NULL RETURNING a.id AS account_id, a.security_stamp),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $29::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $30::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $31::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
ended AS (
      UPDATE sessions s SET ended_at = $32::timestamptz, end_reason = $33 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $34::bigint, $35::bigint, r.account_id, $36,
      $37::boolean, $38, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $39::text END,
      $40::timestamptz, $41::timestamptz, $42::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $43::timestamptz END, r.withheld, (SELECT c FROM unnest($44::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $45::bigint, $46::bigint, r.account_id, $47,
      $48::boolean, $49, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $50::text END,
      $51::timestamptz, $52::timestamptz, $53::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $54::timestamptz END, r.withheld, (SELECT c FROM unnest($55::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
read AS (SELECT $56::text AS address FROM changed),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
dropped_contact AS (
    DELETE FROM contact_changes c USING proven_contact f
    WHERE c.account_id = f.account_id AND c.method = $57 AND c.id = coalesce($58::bigint, c.id) RETURNING c.account_id),
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
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM changed) AS changed, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_pkey on sessions s
--                             Index Cond: (id = $1)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = o.id)
--                       Filter: (disabled_at IS NULL)
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_1.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (id = $4) AND (protocol = $5) AND (o_1.security_stamp <= security_stamp))
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--   CTE target
--     ->  Limit
--           InitPlan 5
--             ->  CTE Scan on fresh
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_2.id DESC
--                       ->  Nested Loop Semi Join
--                             Join Filter: (a_2.id = p.attempt_id)
--                             ->  Index Scan using attempts_account on attempts a_2
--                                   Index Cond: (account_id = (InitPlan 5).col1)
--                                   Filter: ((method = $11) AND (kind = 'code'::text) AND (purpose = $12))
--                             ->  Index Scan using contact_changes_pkey on contact_changes p
--                                   Index Cond: (account_id = (InitPlan 5).col1)
--                 SubPlan 4
--                   ->  Index Scan using accounts_pkey on accounts o_2
--                         Index Cond: (id = a_2.account_id)
--                         Filter: (security_stamp <= a_2.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on target t
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                             Index Cond: ((subject = t.subject) AND (factor = t.factor))
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on fresh fresh_1
--   CTE guess
--     ->  Update on attempts a_3
--           ->  Nested Loop
--                 Join Filter: ((a_3.kind = 'link'::text) OR (b_1.spent < $21))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_3
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $20) AND (tries_left > 0) AND (kind = $19) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE proven_contact
--     ->  Nested Loop
--           ->  CTE Scan on verdict v
--                 Filter: (outcome = 'redeemed'::text)
--           ->  Index Scan using contact_changes_pkey on contact_changes c
--                 Index Cond: (account_id = v.account_id)
--                 Filter: (v.attempt_id = attempt_id)
--   CTE changed
--     ->  Update on accounts a_4
--           ->  Nested Loop
--                 ->  CTE Scan on proven_contact f_1
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_1.account_id)
--                       Filter: ((disabled_at IS NULL) AND (f_1.security_stamp = security_stamp))
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
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using sessions_account on sessions s_3
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_3.security_stamp - 1) = security_stamp))
--   CTE message
--     ->  Insert on messages
--           InitPlan 24
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_4
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_5.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 34
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_5
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 32
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_6.phone))
--   CTE lifted
--     ->  Delete on suppressed_addresses b_12
--           ->  Nested Loop
--                 ->  Seq Scan on suppressed_addresses b_12
--                       Filter: (address = lower($56))
--                 ->  CTE Scan on changed
--   CTE dropped_contact
--     ->  Delete on contact_changes c_3
--           ->  Nested Loop
--                 ->  CTE Scan on proven_contact f_6
--                 ->  Index Scan using contact_changes_pkey on contact_changes c_3
--                       Index Cond: ((account_id = f_6.account_id) AND (method = $57))
--                       Filter: (id = COALESCE($58, id))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   InitPlan 39
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
--   InitPlan 40
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 41
--     ->  CTE Scan on changed changed_1
--   InitPlan 42
--     ->  CTE Scan on target
--   InitPlan 43
--     ->  CTE Scan on budget
