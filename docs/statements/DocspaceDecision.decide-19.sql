-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $8 AND a.session_id IS NULL AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $14::timestamptz FOR UPDATE OF u),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($15::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $16::text
      AND phone IS NOT DISTINCT FROM $17::text)))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($18::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $19::text
      AND phone IS NOT DISTINCT FROM $20::text)))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($21::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $22::text
      AND phone IS NOT DISTINCT FROM $23::text)))) OR a.tries_left = 1 THEN $24::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $25 AND a.status = 'open' AND a.expires_at > $26::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $27::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $28::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $29::timestamptz THEN 'expired'
        WHEN t.kind <> $30 THEN 'other_kind' WHEN b.spent >= $31::int THEN 'budget_spent'
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
          security_stamp = a.security_stamp + 1, updated_at = $32::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
surplus AS (
    UPDATE sessions SET ended_at = $33::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $34::timestamptz DESC,
            l.client_address = $35, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $36::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $37::int ELSE $38::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $39::bigint, f.account_id, $40, $41::text, $42, jsonb_build_array(jsonb_build_object('method', $43::text, 'at', $44::text), jsonb_build_object('method', f.method::text, 'at', $45::text)), $46, $47,
      $48::timestamptz, CASE WHEN ($49::text) = 'signed_in' THEN $50::timestamptz END, $51::timestamptz,
      CASE WHEN ($52::text) = 'signed_in' THEN $53::timestamptz ELSE $54::timestamptz END, $55,
      $56::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $57::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $58::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $59::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $60::bigint, $61::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
backup_codes_issued AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $62::timestamptz FROM (SELECT account_id, unnest(backup_code_hashes) AS hash, NULL::text AS sealed FROM used_setup) c RETURNING account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($63::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $64::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($65::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
overtaken AS (
    UPDATE sessions s SET ended_at = $66::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $67 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $68  RETURNING s.id),
used AS (SELECT account_id, 'email' AS method, 'redeemed' AS outcome FROM session),
read AS (
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN used u ON u.account_id = a.id WHERE u.outcome = 'redeemed'),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
    INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
    SELECT c.account_id, c.hash, c.sealed, $69::timestamptz FROM (
          SELECT f.account_id, h.hash, h.sealed FROM connected f, unnest($70::text[], $71::text[]) AS h (hash, sealed)
          WHERE f.account_id = $72::bigint) c RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $73::timestamptz, end_reason = $74 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND NOT (s.stage = 'signed_in' AND s.amr @> $75::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND (s.stage = 'signed_in' AND s.amr @> $76::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $77::bigint, $78::bigint, r.account_id, $79,
      $80::boolean, $81, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $82::text END,
      $83::timestamptz, $84::timestamptz, $85::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $86::timestamptz END, r.withheld, (SELECT c FROM unnest($87::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $88::bigint, $89::bigint, r.account_id, $90,
      $91::boolean, $92, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $93::text END,
      $94::timestamptz, $95::timestamptz, $96::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $97::timestamptz END, r.withheld, (SELECT c FROM unnest($98::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $99::bigint, $100::timestamptz, $101, v.outcome, $102, v.account_id, v.session_id, v.attempt_id,
      $103, $104, $105, CASE WHEN (v.outcome = ANY($106::text[])
    OR (v.account_id IS NULL AND $107::text <> ALL($108::text[]))) THEN $109::text || md5(concat_ws(' ', $110::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $111::text END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held_link
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((expires_at > $6) AND (kind = 'link'::text) AND (protocol = $5) AND (status = 'open'::text) AND (security_stamp >= f.security_stamp) AND (secret_hash = ANY ($3)) AND (purpose = ANY ($4)))
--   CTE candidate
--     ->  CTE Scan on held_link
--   CTE target
--     ->  Limit
--           InitPlan 5
--             ->  CTE Scan on candidate
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_1.id DESC
--                       ->  Index Scan using attempts_account on attempts a_1
--                             Index Cond: (account_id = (InitPlan 5).col1)
--                             Filter: ((session_id IS NULL) AND (protocol = $8) AND (kind = $9) AND (method = $10) AND (purpose = $11))
--                 SubPlan 4
--                   ->  Index Scan using accounts_pkey on accounts o
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
--                 ->  CTE Scan on candidate f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $14)
--   CTE guess
--     ->  Update on attempts a_2
--           InitPlan 9
--             ->  CTE Scan on setup
--                   Filter: ((NOT (secret_sealed IS DISTINCT FROM $16)) AND (NOT (phone IS DISTINCT FROM $17)))
--           InitPlan 10
--             ->  CTE Scan on setup setup_1
--                   Filter: ((NOT (secret_sealed IS DISTINCT FROM $19)) AND (NOT (phone IS DISTINCT FROM $20)))
--           InitPlan 11
--             ->  CTE Scan on setup setup_2
--                   Filter: ((NOT (secret_sealed IS DISTINCT FROM $22)) AND (NOT (phone IS DISTINCT FROM $23)))
--           ->  Nested Loop
--                 Join Filter: ((a_2.kind = 'link'::text) OR (b_1.spent < $27))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_2
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $26) AND (tries_left > 0) AND (kind = $25) AND (status = 'open'::text))
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
--                       ->  CTE Scan on setup s
--                       ->  Index Scan using factor_setups_pkey on factor_setups u_1
--                             Index Cond: (account_id = s.account_id)
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $37 ELSE $38 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $34)), ((l.client_address = $35)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($36)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $34)) DESC, ((l.client_address = $35)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($36)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on proven f_2
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_2.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s_1
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_3
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
--   CTE spent_links
--     ->  Update on attempts a_4
--           ->  Nested Loop
--                 ->  CTE Scan on session f_4
--                 ->  Index Scan using attempts_account on attempts a_4
--                       Index Cond: (account_id = f_4.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($65)))
--   CTE overtaken
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on session f_5
--                 ->  Index Scan using sessions_account on sessions s_3
--                       Index Cond: (account_id = f_5.account_id)
--                       Filter: ((ended_at IS NULL) AND (protocol = $67) AND (stage = 'pending'::text) AND (((amr -> 0) ->> 'method'::text) = $68))
--   CTE lifted
--     ->  Delete on suppressed_addresses b_4
--           ->  Nested Loop
--                 Join Filter: (b_4.address = lower(a_5.email))
--                 ->  Nested Loop
--                       ->  CTE Scan on session
--                       ->  Index Scan using accounts_pkey on accounts a_5
--                             Index Cond: (id = session.account_id)
--                 ->  Seq Scan on suppressed_addresses b_4
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b_5
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_6
--                 ->  Bitmap Heap Scan on backup_codes b_5
--                       Recheck Cond: (account_id = f_6.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_6.account_id)
--   CTE backup_codes_issued_2
--     ->  Insert on backup_codes backup_codes_1
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_7
--                       Filter: (account_id = $72)
--                 ->  Function Scan on h
--   CTE ended
--     ->  Update on sessions s_4
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_8
--                 ->  Index Scan using sessions_account on sessions s_4
--                       Index Cond: (account_id = f_8.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 29).col1))) AND ((stage <> 'signed_in'::text) OR (NOT (amr @> $75))))
--                       SubPlan 29
--                         ->  CTE Scan on session session_1
--   CTE carried_over
--     ->  Update on sessions s_5
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_9
--                 ->  Index Scan using sessions_account on sessions s_5
--                       Index Cond: (account_id = f_9.account_id)
--                       Filter: ((ended_at IS NULL) AND (NOT (ANY (id = (hashed SubPlan 31).col1))) AND (amr @> $76) AND (stage = 'signed_in'::text) AND ((f_9.security_stamp - 1) = security_stamp))
--                       SubPlan 31
--                         ->  CTE Scan on session session_2
--   CTE backup_codes_dropped_2
--     ->  Delete on backup_codes b_6
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_10
--                 ->  Bitmap Heap Scan on backup_codes b_6
--                       Recheck Cond: (account_id = f_10.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_10.account_id)
--   CTE message
--     ->  Insert on messages
--           InitPlan 42
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_3
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_3.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_11
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_11.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 34
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_6.email))
--                 SubPlan 36
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_6.email))
--                 SubPlan 38
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_6.email))
--                 SubPlan 40
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_6.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 52
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_4.c)
--           ->  Nested Loop
--                 ->  CTE Scan on connected f_12
--                 ->  Index Scan using accounts_pkey on accounts a_7
--                       Index Cond: (id = f_12.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 44
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_7.phone))
--                 SubPlan 46
--                   ->  Seq Scan on suppressed_addresses b_12
--                         Filter: (address = lower(a_7.phone))
--                 SubPlan 48
--                   ->  Seq Scan on suppressed_addresses b_13
--                         Filter: (address = lower(a_7.phone))
--                 SubPlan 50
--                   ->  Seq Scan on suppressed_addresses b_14
--                         Filter: (address = lower(a_7.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on decided v_3
--   InitPlan 55
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
--   InitPlan 56
--     ->  CTE Scan on decided
--   InitPlan 57
--     ->  CTE Scan on decided decided_1
--   InitPlan 58
--     ->  CTE Scan on target
--   InitPlan 59
--     ->  CTE Scan on budget
