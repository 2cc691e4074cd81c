-- RecoveryService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.protocol = $3 AND a.purpose = $4 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $5::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $6::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $7::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) OR a.tries_left = 1 THEN $8::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $9 AND a.status = 'open' AND a.expires_at > $10::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $11::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $12::timestamptz THEN 'expired'
        WHEN t.kind <> $13 THEN 'other_kind' WHEN b.spent >= $14::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $15::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed'
      RETURNING b.spent, b.factor, b.spent >= $16::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $17::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
replaced AS (
      UPDATE pending_recoveries p SET ended_at = $18::timestamptz, end_reason = 'replaced' FROM redeemed f
      WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id),
postponed AS (
    INSERT INTO pending_recoveries (id, account_id, protocol, credentials, totp_sealed, created_at, due_at)
    SELECT $19::bigint, f.account_id, $20, $21::jsonb, $22,
      $23::timestamptz, $24::timestamptz
    FROM redeemed f, (SELECT count(*) FROM replaced) done RETURNING id),
opening AS (
        SELECT account_id::text AS subject, account_id, NULL::bigint AS session_id, NULL::int AS security_stamp FROM redeemed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $25::bigint, $26, $27, $28, $29, $30,
          f.subject, f.account_id, f.session_id, $31, $32,
          $33::smallint, $34::timestamptz, $35::timestamptz,
          $36::bigint, $37::bigint,
          $38::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $39::bigint, $40::bigint, r.account_id, $41,
      $42::boolean, $43, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $44::text END,
      $45::timestamptz, $46::timestamptz, $47::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $48::timestamptz END, r.withheld, (SELECT c FROM unnest($49::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $50::bigint, $51::bigint, r.account_id, $52,
      $53::boolean, $54, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $55::text END,
      $56::timestamptz, $57::timestamptz, $58::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $59::timestamptz END, r.withheld, (SELECT c FROM unnest($60::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $61::bigint, $62::timestamptz, $63, v.outcome, $64, v.account_id, v.session_id, v.attempt_id,
      $65, $66, $67, CASE WHEN (v.outcome = ANY($68::text[])
    OR (v.account_id IS NULL AND $69::text <> ALL($70::text[]))) THEN $71::text || md5(concat_ws(' ', $72::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $73::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome) rows) answer ON true;

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
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE held_credential
--     ->  LockRows
--           ->  Index Scan using credentials_pkey on credentials c
--                 Index Cond: (id = $7)
--                 Filter: (revoked_at IS NULL)
--   CTE guess
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  Index Scan using attempts_pkey on attempts a_1
--                             Index Cond: (id = t_1.id)
--                             Filter: ((expires_at > $10) AND (tries_left > 0) AND (kind = $9) AND (status = 'open'::text))
--                 ->  CTE Scan on budget b_1
--                 SubPlan 5
--                   ->  CTE Scan on held_credential h
--                         Filter: (account_id = a_1.account_id)
--                 SubPlan 7
--                   ->  CTE Scan on held_credential h_1
--                         Filter: (account_id = a_1.account_id)
--                 SubPlan 9
--                   ->  CTE Scan on held_credential h_2
--                         Filter: (account_id = a_1.account_id)
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
--   CTE redeemed
--     ->  CTE Scan on verdict
--           Filter: (outcome = 'redeemed'::text)
--   CTE replaced
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE postponed
--     ->  Insert on pending_recoveries
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_1
--                 ->  Aggregate
--                       ->  CTE Scan on replaced
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on redeemed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           InitPlan 28
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 22
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 24
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_2.email))
--                 SubPlan 26
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_2.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 38
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_3
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 32
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 34
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_3.phone))
--                 SubPlan 36
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_3.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 41
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
--                             Group Key: attempt_1.purpose, attempt_1.method
--                             ->  CTE Scan on attempt attempt_1
--   InitPlan 42
--     ->  CTE Scan on verdict verdict_2
