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
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($16::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($17::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($18::text[]))) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $22::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $23::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $24::timestamptz THEN 'expired'
        WHEN t.kind <> $25 THEN 'other_kind' WHEN b.spent >= $26::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $27::timestamptz FOR UPDATE OF u),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $28::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $29, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $30::text),
        signed_in_at = $31::timestamptz, expires_at = $32::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $33::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $34::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $35::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $36::bigint, $37::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
backup_codes_issued AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $38::timestamptz FROM (SELECT account_id, unnest(backup_code_hashes) AS hash, NULL::text AS sealed FROM used_setup) c RETURNING account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $39::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($40::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
overtaken AS (
    UPDATE sessions s SET ended_at = $41::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $42 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $43 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $44::timestamptz FROM (
          SELECT f.account_id, h.hash, h.sealed FROM connected f, unnest($45::text[], $46::text[]) AS h (hash, sealed)
          WHERE f.account_id = $47::bigint) c RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $48::timestamptz, end_reason = $49 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM promoted) AND NOT (s.stage = 'signed_in' AND s.amr @> $50::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM promoted) AND (s.stage = 'signed_in' AND s.amr @> $51::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING connected f WHERE t.account_id = f.account_id RETURNING t.account_id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $52::bigint, $53::bigint, r.account_id, $54,
      $55::boolean, $56, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $57::text END,
      $58::timestamptz, $59::timestamptz, $60::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $61::timestamptz END, r.withheld, (SELECT c FROM unnest($62::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $63::bigint, $64::bigint, r.account_id, $65,
      $66::boolean, $67, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $68::text END,
      $69::timestamptz, $70::timestamptz, $71::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $72::timestamptz END, r.withheld, (SELECT c FROM unnest($73::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $74::bigint, $75::timestamptz, $76, v.outcome, $77, v.account_id, v.session_id, v.attempt_id,
      $78, $79, $80, CASE WHEN (v.outcome = ANY($81::text[])
    OR (v.account_id IS NULL AND $82::text <> ALL($83::text[]))) THEN $84::text || md5(concat_ws(' ', $85::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $86::text END
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
--   CTE guess
--     ->  Update on attempts a_2
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $22))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $21) AND (tries_left > 0) AND (kind = $20) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on candidate f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $27)
--   CTE used_setup
--     ->  Delete on factor_setups u_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on setup s_2
--                       ->  Index Scan using factor_setups_pkey on factor_setups u_1
--                             Index Cond: (account_id = s_2.account_id)
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--   CTE connected
--     ->  Update on accounts a_3
--           ->  Nested Loop
--                 ->  CTE Scan on used_setup c
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = c.account_id)
--   CTE proven
--     ->  Nested Loop
--           Join Filter: (v_1.account_id = c_1.account_id)
--           ->  CTE Scan on verdict v_1
--           ->  CTE Scan on connected c_1
--   CTE promoted
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 Join Filter: (n.account_id = p.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on pending p
--                       ->  Index Scan using sessions_pkey on sessions s_3
--                             Index Cond: (id = p.session_id)
--                 ->  CTE Scan on proven n
--                       Filter: (outcome = 'redeemed'::text)
--   CTE decided
--     ->  Nested Loop Left Join
--           ->  CTE Scan on verdict v_2
--           ->  CTE Scan on promoted s_4
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
--   CTE authenticator
--     ->  Insert on totp_factors
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: totp_factors_pkey
--           ->  CTE Scan on used_setup
--                 Filter: (factor = 'totp'::text)
--   CTE backup_codes_issued
--     ->  Insert on backup_codes
--           ->  Subquery Scan on c_2
--                 ->  ProjectSet
--                       ->  CTE Scan on used_setup used_setup_1
--   CTE spent_links
--     ->  Update on attempts a_4
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_2
--                 ->  Index Scan using attempts_account on attempts a_4
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($40)))
--   CTE overtaken
--     ->  Update on sessions s_5
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_3
--                 ->  Index Scan using sessions_account on sessions s_5
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 21).col1))) AND (protocol = $42) AND (stage = 'pending'::text) AND (((amr -> 0) ->> 'method'::text) = $43))
--                       SubPlan 21
--                         ->  CTE Scan on pending pending_1
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b_4
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_4
--                 ->  Bitmap Heap Scan on backup_codes b_4
--                       Recheck Cond: (account_id = f_4.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_4.account_id)
--   CTE backup_codes_issued_2
--     ->  Insert on backup_codes backup_codes_1
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_5
--                       Filter: (account_id = $47)
--                 ->  Function Scan on h
--   CTE ended
--     ->  Update on sessions s_6
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_6
--                 ->  Index Scan using sessions_account on sessions s_6
--                       Index Cond: (account_id = f_6.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 25).col1))) AND ((stage <> 'signed_in'::text) OR (NOT (amr @> $50))))
--                       SubPlan 25
--                         ->  CTE Scan on promoted
--   CTE carried_over
--     ->  Update on sessions s_7
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_7
--                 ->  Index Scan using sessions_account on sessions s_7
--                       Index Cond: (account_id = f_7.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 27).col1))) AND (amr @> $51) AND (stage = 'signed_in'::text) AND ((f_7.security_stamp - 1) = security_stamp))
--                       SubPlan 27
--                         ->  CTE Scan on promoted promoted_1
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t_3
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_8
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_3
--                       Index Cond: (account_id = f_8.account_id)
--   CTE backup_codes_dropped_2
--     ->  Delete on backup_codes b_5
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_9
--                 ->  Bitmap Heap Scan on backup_codes b_5
--                       Recheck Cond: (account_id = f_9.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_9.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 39
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_10
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_10.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 31
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 33
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 35
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_5.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 49
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_4.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_11
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_11.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 41
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 43
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 45
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 47
--                   ->  Seq Scan on suppressed_addresses b_13
--                         Filter: (address = lower(a_6.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on decided v_3
--   InitPlan 52
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
--                 ->  Subquery Scan on "*SELECT* 5"
--                       ->  HashAggregate
--                             Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                             ->  CTE Scan on spent_links
--   InitPlan 53
--     ->  CTE Scan on decided
--   InitPlan 54
--     ->  CTE Scan on decided decided_1
--   InitPlan 55
--     ->  CTE Scan on target
--   InitPlan 56
--     ->  CTE Scan on budget
