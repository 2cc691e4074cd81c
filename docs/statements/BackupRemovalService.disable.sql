-- BackupRemovalService.disable

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.id = $2::bigint AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN target f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM account) done
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $6::bigint AND code_hash = ANY($7::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $8::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $9 AND a.status = 'open' AND a.expires_at > $10::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $11::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $12::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $13::timestamptz THEN 'expired'
        WHEN t.kind <> $14 THEN 'other_kind' WHEN b.spent >= $15::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $16::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $17::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $18::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
chosen AS (
      UPDATE accounts a SET second_factor = $19, phone = CASE WHEN $20 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $21::timestamptz
      FROM redeemed f WHERE a.id = f.account_id AND a.second_factor <> $22 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $23::timestamptz, end_reason = $24 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING chosen f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING chosen f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING chosen f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $25::bigint, $26::bigint, r.account_id, $27,
      $28::boolean, $29, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $30::text END,
      $31::timestamptz, $32::timestamptz, $33::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $34::timestamptz END, r.withheld, (SELECT c FROM unnest($35::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $36::bigint, $37::bigint, r.account_id, $38,
      $39::boolean, $40, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $41::text END,
      $42::timestamptz, $43::timestamptz, $44::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $45::timestamptz END, r.withheld, (SELECT c FROM unnest($46::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $47::bigint, $48::timestamptz, $49, v.outcome, $50, v.account_id, v.session_id, v.attempt_id,
      $51, $52, $53, CASE WHEN (v.outcome = ANY($54::text[])
    OR (v.account_id IS NULL AND $55::text <> ALL($56::text[]))) THEN $57::text || md5(concat_ws(' ', $58::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $59::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE target
--     ->  Limit
--           ->  Index Scan using attempts_pkey on attempts a
--                 Index Cond: (id = $2)
--                 Filter: (purpose = $3)
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
--   CTE backup_code
--     ->  LockRows
--           ->  Bitmap Heap Scan on backup_codes
--                 Recheck Cond: ((account_id = $6) AND (code_hash = ANY ($7)))
--                 Filter: (used_at IS NULL)
--                 ->  Bitmap Index Scan on backup_codes_pkey
--                       Index Cond: ((account_id = $6) AND (code_hash = ANY ($7)))
--   CTE guess
--     ->  Update on attempts a_2
--           InitPlan 6
--             ->  CTE Scan on backup_code
--           InitPlan 7
--             ->  CTE Scan on backup_code backup_code_1
--           InitPlan 8
--             ->  CTE Scan on backup_code backup_code_2
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $11))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $10) AND (tries_left > 0) AND (kind = $9) AND (status = 'open'::text))
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
--     ->  Update on attempts o_1
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_1
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE chosen
--     ->  Update on accounts a_3
--           ->  Nested Loop
--                 ->  CTE Scan on verdict verdict_1
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = verdict_1.account_id)
--                       Filter: (second_factor <> $22)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_1
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_2
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_2.security_stamp - 1) = security_stamp))
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t_3
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_3
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_3
--                       Index Cond: (account_id = f_3.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_4
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_4.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b_4
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_5
--                 ->  Bitmap Heap Scan on backup_codes b_4
--                       Recheck Cond: (account_id = f_5.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_5.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 27
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_6
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 21
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 23
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_4.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 37
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_7
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_7.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 31
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 33
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 35
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_5.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 40
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: guess.purpose, guess.method, guess.status
--                             ->  CTE Scan on guess
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: verdict_2.protocol, verdict_2.outcome
--                             ->  CTE Scan on verdict verdict_2
--                 ->  Subquery Scan on "*SELECT* 3"
--                       ->  HashAggregate
--                             Group Key: settled.factor, settled.used_up
--                             ->  CTE Scan on settled
--                 ->  Subquery Scan on "*SELECT* 4"
--                       ->  HashAggregate
--                             Group Key: superseded.purpose, superseded.method, superseded.status
--                             ->  CTE Scan on superseded
--   ->  Result
--   ->  CTE Scan on verdict
