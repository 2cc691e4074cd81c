-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $17::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $21::timestamptz FOR UPDATE OF u),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $22::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
surplus AS (
    UPDATE sessions SET ended_at = $23::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $24::timestamptz DESC,
            l.client_address = $25, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $26::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $27::int ELSE $28::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $29::bigint, f.account_id, $30, $31::text, $32, jsonb_build_array(jsonb_build_object('method', $33::text, 'at', $34::text), jsonb_build_object('method', f.method::text, 'at', $35::text)), $36, $37,
      $38::timestamptz, CASE WHEN ($39::text) = 'signed_in' THEN $40::timestamptz END, $41::timestamptz,
      CASE WHEN ($42::text) = 'signed_in' THEN $43::timestamptz ELSE $44::timestamptz END, $45,
      $46::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $47::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $48::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $49::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $50::bigint, $51::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
backup_codes_issued AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $52::timestamptz FROM (SELECT account_id, unnest(backup_code_hashes) AS hash, NULL::text AS sealed FROM used_setup) c RETURNING account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $53::timestamptz FROM (
          SELECT f.account_id, h.hash, h.sealed FROM connected f, unnest($54::text[], $55::text[]) AS h (hash, sealed)
          WHERE f.account_id = $56::bigint) c RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $57::timestamptz, end_reason = $58 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND NOT (s.stage = 'signed_in' AND s.amr @> $59::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND (s.stage = 'signed_in' AND s.amr @> $60::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING connected f WHERE t.account_id = f.account_id RETURNING t.account_id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $61::bigint, $62::bigint, r.account_id, $63,
      $64::boolean, $65, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $66::text END,
      $67::timestamptz, $68::timestamptz, $69::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $70::timestamptz END, r.withheld, (SELECT c FROM unnest($71::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $72::bigint, $73::bigint, r.account_id, $74,
      $75::boolean, $76, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $77::text END,
      $78::timestamptz, $79::timestamptz, $80::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $81::timestamptz END, r.withheld, (SELECT c FROM unnest($82::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $83::bigint, $84::timestamptz, $85, v.outcome, $86, v.account_id, v.session_id, v.attempt_id,
      $87, $88, $89, CASE WHEN (v.outcome = ANY($90::text[])
    OR (v.account_id IS NULL AND $91::text <> ALL($92::text[]))) THEN $93::text || md5(concat_ws(' ', $94::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $95::text END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE candidate
--     ->  CTE Scan on held
--   CTE target
--     ->  Limit
--           InitPlan 4
--             ->  CTE Scan on candidate
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_account on attempts a
--                             Index Cond: (account_id = (InitPlan 4).col1)
--                             Filter: ((session_id IS NULL) AND (protocol = $4) AND (kind = $5) AND (method = $6) AND (purpose = $7))
--                 SubPlan 3
--                   ->  Index Scan using accounts_pkey on accounts o
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
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $16))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $15) AND (tries_left > 0) AND (kind = $14) AND (status = 'open'::text))
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
--                 ->  CTE Scan on candidate f
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (expires_at > $21)
--   CTE used_setup
--     ->  Delete on factor_setups u_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on setup s
--                       ->  Index Scan using factor_setups_pkey on factor_setups u_1
--                             Index Cond: (account_id = s.account_id)
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--   CTE connected
--     ->  Update on accounts a_2
--           ->  Nested Loop
--                 ->  CTE Scan on used_setup c
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = c.account_id)
--   CTE proven
--     ->  Nested Loop
--           Join Filter: (v_1.account_id = c_1.account_id)
--           ->  CTE Scan on verdict v_1
--           ->  CTE Scan on connected c_1
--   CTE surplus
--     ->  Update on sessions
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".id
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Nested Loop
--                                         ->  HashAggregate
--                                               Group Key: r.id
--                                               ->  Subquery Scan on r
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $27 ELSE $28 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $24)), ((l.client_address = $25)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($26)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $24)) DESC, ((l.client_address = $25)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($26)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on proven f_1
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_1.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s_1
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE decided
--     ->  Nested Loop Left Join
--           ->  CTE Scan on verdict v_2
--           ->  CTE Scan on session s_2
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l_1.subject) AND (g_1.factor = l_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l_1
--   CTE superseded
--     ->  Update on attempts o_1
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_1
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
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b_4
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_3
--                 ->  Bitmap Heap Scan on backup_codes b_4
--                       Recheck Cond: (account_id = f_3.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_3.account_id)
--   CTE backup_codes_issued_2
--     ->  Insert on backup_codes backup_codes_1
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_4
--                       Filter: (account_id = $56)
--                 ->  Function Scan on h
--   CTE ended
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_5
--                 ->  Index Scan using sessions_account on sessions s_3
--                       Index Cond: (account_id = f_5.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 22).col1))) AND ((stage <> 'signed_in'::text) OR (NOT (amr @> $59))))
--                       SubPlan 22
--                         ->  CTE Scan on session
--   CTE carried_over
--     ->  Update on sessions s_4
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_6
--                 ->  Index Scan using sessions_account on sessions s_4
--                       Index Cond: (account_id = f_6.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 24).col1))) AND (amr @> $60) AND (stage = 'signed_in'::text) AND ((f_6.security_stamp - 1) = security_stamp))
--                       SubPlan 24
--                         ->  CTE Scan on session session_1
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t_3
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_7
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_3
--                       Index Cond: (account_id = f_7.account_id)
--   CTE backup_codes_dropped_2
--     ->  Delete on backup_codes b_5
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_8
--                 ->  Bitmap Heap Scan on backup_codes b_5
--                       Recheck Cond: (account_id = f_8.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_8.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 36
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_9
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_9.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 28
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 32
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_3.email))
--                 SubPlan 34
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_3.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 46
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_4.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_10
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_10.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 38
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 40
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 42
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_4.phone))
--                 SubPlan 44
--                   ->  Seq Scan on suppressed_addresses b_13
--                         Filter: (address = lower(a_4.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on decided v_3
--   InitPlan 49
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
--   InitPlan 50
--     ->  CTE Scan on decided
--   InitPlan 51
--     ->  CTE Scan on decided decided_1
--   InitPlan 52
--     ->  CTE Scan on target
--   InitPlan 53
--     ->  CTE Scan on budget
