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
revoked AS (
    UPDATE credentials c SET revoked_at = coalesce(c.revoked_at, $18::timestamptz), deactivated_at = NULL FROM redeemed f
    WHERE c.account_id = f.account_id AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL) RETURNING c.id),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $19::timestamptz
    FROM redeemed f, (SELECT count(*) FROM revoked) done,
      jsonb_to_recordset($20::jsonb) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
raised AS (
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $21::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' AND $22::text IS NOT NULL THEN 'totp' ELSE a.second_factor END
      FROM redeemed f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
unprotected AS (
      SELECT a.id AS account_id FROM accounts a JOIN redeemed f ON f.account_id = a.id
      WHERE a.second_factor = 'none' AND $23::text IS NOT NULL),
authenticator AS (
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, $24::text, $25::bigint, $26::timestamptz FROM unprotected u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $27::timestamptz, end_reason = $28 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $29::timestamptz, end_reason = $30 FROM raised f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34::boolean, $35, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $36::text END,
      $37::timestamptz, $38::timestamptz, $39::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $40::timestamptz END, r.withheld, (SELECT c FROM unnest($41::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $42::bigint, $43::bigint, r.account_id, $44,
      $45::boolean, $46, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $47::text END,
      $48::timestamptz, $49::timestamptz, $50::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $51::timestamptz END, r.withheld, (SELECT c FROM unnest($52::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
recipient_3 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told_3 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_3 r WHERE r.address IS NOT NULL),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $53::bigint, $54::bigint, r.account_id, $55,
      $56::boolean, $57, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $58::text END,
      $59::timestamptz, $60::timestamptz, $61::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $62::timestamptz END, r.withheld, (SELECT c FROM unnest($63::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_3 r
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_4 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_4 r WHERE r.address IS NOT NULL),
message_4 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $64::bigint, $65::bigint, r.account_id, $66,
      $67::boolean, $68, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $69::text END,
      $70::timestamptz, $71::timestamptz, $72::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $73::timestamptz END, r.withheld, (SELECT c FROM unnest($74::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_4 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $75::bigint, $76::timestamptz, $77, v.outcome, $78, v.account_id, v.session_id, v.attempt_id,
      $79, $80, $81, CASE WHEN (v.outcome = ANY($82::text[])
    OR (v.account_id IS NULL AND $83::text <> ALL($84::text[]))) THEN $85::text || md5(concat_ws(' ', $86::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $87::text END
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
--   CTE revoked
--     ->  Update on credentials c_1
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f
--                 ->  Index Scan using credentials_account on credentials c_1
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((revoked_at IS NULL) OR (deactivated_at IS NOT NULL))
--   CTE inserted
--     ->  Insert on credentials
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on redeemed f_1
--                       ->  Aggregate
--                             ->  CTE Scan on revoked
--                 ->  Function Scan on jsonb_to_recordset n
--   CTE raised
--     ->  Update on accounts a_2
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_2.account_id)
--   CTE authenticator
--     ->  Insert on totp_factors
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: totp_factors_pkey
--           ->  Result
--                 One-Time Filter: ($23 IS NOT NULL)
--                 ->  Nested Loop
--                       ->  CTE Scan on redeemed f_3
--                       ->  Index Scan using accounts_pkey on accounts a_3
--                             Index Cond: (id = f_3.account_id)
--                             Filter: (second_factor = 'none'::text)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_4
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_4.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE ended_2
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_6
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_6.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE message
--     ->  Insert on messages
--           InitPlan 31
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_7
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 41
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_8
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_8.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 33
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 35
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 39
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_5.phone))
--   CTE message_3
--     ->  Insert on messages messages_2
--           InitPlan 51
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_2
--                               Index Cond: (reference = c_4.c)
--           ->  Nested Loop
--                 ->  CTE Scan on authenticator f_9
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_9.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 43
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_6.email))
--                 SubPlan 45
--                   ->  Seq Scan on suppressed_addresses b_13
--                         Filter: (address = lower(a_6.email))
--                 SubPlan 47
--                   ->  Seq Scan on suppressed_addresses b_14
--                         Filter: (address = lower(a_6.email))
--                 SubPlan 49
--                   ->  Seq Scan on suppressed_addresses b_15
--                         Filter: (address = lower(a_6.email))
--   CTE message_4
--     ->  Insert on messages messages_3
--           InitPlan 61
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_5
--                         ->  Index Only Scan using messages_reference on messages m_3
--                               Index Cond: (reference = c_5.c)
--           ->  Nested Loop
--                 ->  CTE Scan on authenticator f_10
--                 ->  Index Scan using accounts_pkey on accounts a_7
--                       Index Cond: (id = f_10.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 53
--                   ->  Seq Scan on suppressed_addresses b_16
--                         Filter: (address = lower(a_7.phone))
--                 SubPlan 55
--                   ->  Seq Scan on suppressed_addresses b_17
--                         Filter: (address = lower(a_7.phone))
--                 SubPlan 57
--                   ->  Seq Scan on suppressed_addresses b_18
--                         Filter: (address = lower(a_7.phone))
--                 SubPlan 59
--                   ->  Seq Scan on suppressed_addresses b_19
--                         Filter: (address = lower(a_7.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 64
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
--   InitPlan 65
--     ->  CTE Scan on verdict verdict_2
