-- FactorConfirmService.confirm

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id, a.security_stamp FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL AND a.security_stamp <= f.security_stamp FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM session) AND a.purpose = $8 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $9::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $10::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN session f USING (account_id)
      WHERE u.expires_at > $11::timestamptz FOR UPDATE OF u),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($12::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $13::text
      AND phone IS NOT DISTINCT FROM $14::text)))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($15::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $16::text
      AND phone IS NOT DISTINCT FROM $17::text)))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($18::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $19::text
      AND phone IS NOT DISTINCT FROM $20::text)))) OR a.tries_left = 1 THEN $21::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $22 AND a.status = 'open' AND a.expires_at > $23::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $24::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $25::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $26::timestamptz THEN 'expired'
        WHEN t.kind <> $27 THEN 'other_kind' WHEN b.spent >= $28::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $29::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
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
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $33::bigint, $34::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
backup_codes_issued AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $35::timestamptz FROM (SELECT account_id, unnest(backup_code_hashes) AS hash, NULL::text AS sealed FROM used_setup) c RETURNING account_id),
marking AS (
        SELECT v.outcome, v.method, s.session_id, c.security_stamp
        FROM verdict v CROSS JOIN session s JOIN connected c ON c.account_id = s.account_id),
marked AS (
      UPDATE sessions s SET
    second_factor_at = $36::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $37::text), security_stamp = v.security_stamp FROM marking v
      WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id),
ended AS (
      UPDATE sessions s SET ended_at = $38::timestamptz, end_reason = $39 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM marking) AND NOT (s.stage = 'signed_in' AND s.amr @> $40::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM marking) AND (s.stage = 'signed_in' AND s.amr @> $41::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $42::bigint, $43::bigint, r.account_id, $44,
      $45::boolean, $46, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $47::text END,
      $48::timestamptz, $49::timestamptz, $50::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $51::timestamptz END, r.withheld, (SELECT c FROM unnest($52::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $53::bigint, $54::bigint, r.account_id, $55,
      $56::boolean, $57, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $58::text END,
      $59::timestamptz, $60::timestamptz, $61::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $62::timestamptz END, r.withheld, (SELECT c FROM unnest($63::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $64::bigint, $65::timestamptz, $66, v.outcome, $67, v.account_id, v.session_id, v.attempt_id,
      $68, $69, $70, CASE WHEN (v.outcome = ANY($71::text[])
    OR (v.account_id IS NULL AND $72::text <> ALL($73::text[]))) THEN $74::text || md5(concat_ws(' ', $75::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $76::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM connected) AS connected) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (a.security_stamp <= s.security_stamp)
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
--   CTE target
--     ->  Limit
--           InitPlan 4
--             ->  CTE Scan on session
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_1.id DESC
--                       ->  Index Scan using attempts_account on attempts a_1
--                             Index Cond: (account_id = (InitPlan 4).col1)
--                             Filter: (purpose = $8)
--                 SubPlan 3
--                   ->  Index Scan using accounts_pkey on accounts o_2
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on session f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $11)
--   CTE guess
--     ->  Update on attempts a_2
--           InitPlan 8
--             ->  CTE Scan on setup
--                   Filter: ((NOT (secret_sealed IS DISTINCT FROM $13)) AND (NOT (phone IS DISTINCT FROM $14)))
--           InitPlan 9
--             ->  CTE Scan on setup setup_1
--                   Filter: ((NOT (secret_sealed IS DISTINCT FROM $16)) AND (NOT (phone IS DISTINCT FROM $17)))
--           InitPlan 10
--             ->  CTE Scan on setup setup_2
--                   Filter: ((NOT (secret_sealed IS DISTINCT FROM $19)) AND (NOT (phone IS DISTINCT FROM $20)))
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $24))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $23) AND (tries_left > 0) AND (kind = $22) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
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
--           ->  Subquery Scan on c_1
--                 ->  ProjectSet
--                       ->  CTE Scan on used_setup used_setup_1
--   CTE marking
--     ->  Nested Loop
--           Join Filter: (s_3.account_id = c_2.account_id)
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v_1
--                 ->  CTE Scan on session s_3
--           ->  CTE Scan on connected c_2
--   CTE marked
--     ->  Update on sessions s_4
--           ->  Nested Loop
--                 ->  CTE Scan on marking v_2
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using sessions_pkey on sessions s_4
--                       Index Cond: (id = v_2.session_id)
--                 SubPlan 20
--                   ->  Aggregate
--                         ->  Function Scan on jsonb_array_elements m
--                               Filter: ((value ->> 'method'::text) <> v_2.method)
--   CTE ended
--     ->  Update on sessions s_5
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_2
--                 ->  Index Scan using sessions_account on sessions s_5
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 22).col1))) AND ((stage <> 'signed_in'::text) OR (NOT (amr @> $40))))
--                       SubPlan 22
--                         ->  CTE Scan on marking
--   CTE carried_over
--     ->  Update on sessions s_6
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_3
--                 ->  Index Scan using sessions_account on sessions s_6
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 24).col1))) AND (amr @> $41) AND (stage = 'signed_in'::text) AND ((f_3.security_stamp - 1) = security_stamp))
--                       SubPlan 24
--                         ->  CTE Scan on marking marking_1
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b_4
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_4
--                 ->  Bitmap Heap Scan on backup_codes b_4
--                       Recheck Cond: (account_id = f_4.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_4.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 35
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_5
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_5.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 31
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_4.email))
--                 SubPlan 33
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_4.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 45
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_2
--                               Index Cond: (reference = c_4.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_6
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 39
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 41
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_5.phone))
--                 SubPlan 43
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_5.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_3
--   InitPlan 48
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
--   InitPlan 49
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 50
--     ->  CTE Scan on connected
