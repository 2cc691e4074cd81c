-- ResetPasswordService.reset

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'link' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN target f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM account) done
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
reset AS (
    UPDATE accounts a SET password_hash = $14, password_changed_at = $15::timestamptz,
      security_stamp = a.security_stamp + 1,
      updated_at = $16::timestamptz
    FROM verdict v WHERE v.outcome = 'redeemed' AND a.id = v.account_id AND a.disabled_at IS NULL
      AND a.security_stamp = v.security_stamp AND a.second_factor <> v.method
    RETURNING a.id AS account_id, a.security_stamp),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $17::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $18::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $19::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
ended AS (
      UPDATE sessions s SET ended_at = $20::timestamptz, end_reason = $21 FROM reset f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM reset f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM reset) RETURNING key),
read AS (
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN verdict u ON u.account_id = a.id WHERE u.outcome = 'redeemed'),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN reset f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $22::bigint, $23::bigint, r.account_id, $24,
      $25::boolean, $26, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $27::text END,
      $28::timestamptz, $29::timestamptz, $30::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $31::timestamptz END, r.withheld, (SELECT c FROM unnest($32::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN reset f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $33::bigint, $34::bigint, r.account_id, $35,
      $36::boolean, $37, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $38::text END,
      $39::timestamptz, $40::timestamptz, $41::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $42::timestamptz END, r.withheld, (SELECT c FROM unnest($43::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $44::bigint, $45::timestamptz, $46, v.outcome, $47, v.account_id, v.session_id, v.attempt_id,
      $48, $49, $50, CASE WHEN (v.outcome = ANY($51::text[])
    OR (v.account_id IS NULL AND $52::text <> ALL($53::text[]))) THEN $54::text || md5(concat_ws(' ', $55::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $56::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM reset) AS changed) rows) answer ON true;

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
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target f
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f.account_id)
--                       Filter: (disabled_at IS NULL)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on target t
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                             Index Cond: ((subject = t.subject) AND (factor = t.factor))
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on account
--   CTE guess
--     ->  Update on attempts a_2
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $9))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
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
--   CTE reset
--     ->  Update on accounts a_3
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = v.account_id)
--                       Filter: ((disabled_at IS NULL) AND (second_factor <> v.method) AND (v.security_stamp = security_stamp))
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
--     ->  Update on attempts o_1
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_1
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on reset f_1
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: ('account '::text || (reset.account_id)::text)
--                       ->  CTE Scan on reset
--                 ->  Index Scan using password_failures_login on password_failures
--                       Index Cond: (login = ('account '::text || (reset.account_id)::text))
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
--   CTE message
--     ->  Insert on messages
--           InitPlan 22
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on reset f_3
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 14
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 16
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 18
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_5.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 32
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on reset f_4
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_6.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   InitPlan 35
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
--   InitPlan 36
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 37
--     ->  CTE Scan on reset reset_1
