-- OneMoreKey.add

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.protocol = $3 AND a.purpose = $4 ORDER BY a.id DESC LIMIT 1),
owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $5::bigint AND s.protocol = $6 AND s.ended_at IS NULL
    AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $8::bigint AND s.protocol = $9 AND s.ended_at IS NULL
    AND s.expires_at > $10::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $11::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $12::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM session) done
      FOR UPDATE OF b),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $13::timestamptz
      ELSE $14::boolean OR s.signed_in_at > $15::timestamptz END),
spent_challenge AS (
      UPDATE attempts a SET status = 'consumed', closed_at = $16::timestamptz FROM fresh f
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($17::text[]) AND a.protocol = $18 AND a.purpose = $19 AND a.session_id = f.session_id AND (a.status = 'open' AND a.expires_at > $20::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($21::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))
      RETURNING a.id, a.purpose, a.method, a.status),
owner_2 AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $22::bigint AND s.protocol = $23 AND s.ended_at IS NULL
    AND s.expires_at > $24::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
own_keys AS (
    SELECT c.uuid, c.kind, c.credential_id, c.name, c.public_key, c.created_at, c.revoked_at IS NULL AS is_active
    FROM credentials c JOIN owner_2 f USING (account_id)
    WHERE c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL ORDER BY c.id),
room AS (SELECT count(*) < $25::int AS room FROM own_keys),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND $26::boolean AND EXISTS (SELECT FROM fresh) AND EXISTS (SELECT FROM spent_challenge)
      AND coalesce(a.session_id = $27::bigint, false) AND coalesce((SELECT room FROM room), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND $28::boolean AND EXISTS (SELECT FROM fresh) AND EXISTS (SELECT FROM spent_challenge)
      AND coalesce(a.session_id = $29::bigint, false) AND coalesce((SELECT room FROM room), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND $30::boolean AND EXISTS (SELECT FROM fresh) AND EXISTS (SELECT FROM spent_challenge)
      AND coalesce(a.session_id = $31::bigint, false) AND coalesce((SELECT room FROM room), false)) OR a.tries_left = 1 THEN $32::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $33 AND a.status = 'open' AND a.expires_at > $34::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $35::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $36::timestamptz THEN 'expired'
        WHEN t.kind <> $37 THEN 'other_kind' WHEN b.spent >= $38::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $39::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed'
      RETURNING b.spent, b.factor, b.spent >= $40::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $41::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $42::timestamptz
    FROM redeemed f,
      jsonb_to_recordset($43::jsonb) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $44::bigint, $45::bigint, r.account_id, $46,
      $47::boolean, $48, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $49::text END,
      $50::timestamptz, $51::timestamptz, $52::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $53::timestamptz END, r.withheld, (SELECT c FROM unnest($54::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $55::bigint, $56::bigint, r.account_id, $57,
      $58::boolean, $59, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $60::text END,
      $61::timestamptz, $62::timestamptz, $63::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $64::timestamptz END, r.withheld, (SELECT c FROM unnest($65::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $66::bigint, $67::timestamptz, $68, v.outcome, $69, v.account_id, v.session_id, v.attempt_id,
      $70, $71, $72, CASE WHEN (v.outcome = ANY($73::text[])
    OR (v.account_id IS NULL AND $74::text <> ALL($75::text[]))) THEN $76::text || md5(concat_ws(' ', $77::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $78::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_challenge GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT room FROM room) AS room) rows) answer ON true;

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
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_pkey on sessions s
--                             Index Cond: (id = $5)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $7) AND (protocol = $6))
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = o_1.id)
--                       Filter: (disabled_at IS NULL)
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_2
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_2.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $10) AND (id = $8) AND (protocol = $9) AND (o_2.security_stamp <= security_stamp))
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on target t
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                             Index Cond: ((subject = t.subject) AND (factor = t.factor))
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on session
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session session_1
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = session_1.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session_1.second_factor_at > $13) ELSE ($14 OR (session_1.signed_in_at > $15)) END)
--   CTE spent_challenge
--     ->  Update on attempts a_3
--           ->  Nested Loop
--                 Join Filter: (f_1.session_id = a_3.session_id)
--                 ->  Index Scan using attempts_challenge on attempts a_3
--                       Index Cond: (secret_hash = ANY ($17))
--                       Filter: ((expires_at > $20) AND (kind = 'challenge'::text) AND (protocol = $18) AND (purpose = $19) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($21)) OR EXISTS(SubPlan 7)))
--                       SubPlan 7
--                         ->  Index Scan using accounts_pkey on accounts o_3
--                               Index Cond: (id = a_3.account_id)
--                               Filter: (security_stamp <= a_3.security_stamp)
--                 ->  CTE Scan on fresh f_1
--   CTE room
--     ->  Aggregate
--           ->  Sort
--                 Sort Key: c.id
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  Index Scan using sessions_pkey on sessions s_2
--                                   Index Cond: (id = $22)
--                                   Filter: ((ended_at IS NULL) AND (expires_at > $24) AND (protocol = $23))
--                             ->  Index Scan using accounts_pkey on accounts o_4
--                                   Index Cond: (id = s_2.account_id)
--                                   Filter: (security_stamp <= s_2.security_stamp)
--                       ->  Index Scan using credentials_account on credentials c
--                             Index Cond: (account_id = o_4.id)
--                             Filter: ((revoked_at IS NULL) OR (deactivated_at IS NOT NULL))
--   CTE guess
--     ->  Update on attempts a_4
--           InitPlan 10
--             ->  CTE Scan on fresh
--           InitPlan 11
--             ->  CTE Scan on spent_challenge
--           InitPlan 12
--             ->  CTE Scan on room
--           InitPlan 13
--             ->  CTE Scan on fresh fresh_1
--           InitPlan 14
--             ->  CTE Scan on spent_challenge spent_challenge_1
--           InitPlan 15
--             ->  CTE Scan on room room_1
--           InitPlan 16
--             ->  CTE Scan on fresh fresh_2
--           InitPlan 17
--             ->  CTE Scan on spent_challenge spent_challenge_2
--           InitPlan 18
--             ->  CTE Scan on room room_2
--           ->  Nested Loop
--                 Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  Index Scan using attempts_pkey on attempts a_4
--                             Index Cond: (id = t_1.id)
--                             Filter: ((expires_at > $34) AND (tries_left > 0) AND (kind = $33) AND (status = 'open'::text))
--                 ->  CTE Scan on budget b_1
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
--     ->  Update on attempts o_5
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_5
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE redeemed
--     ->  CTE Scan on verdict
--           Filter: (outcome = 'redeemed'::text)
--   CTE inserted
--     ->  Insert on credentials
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_2
--                 ->  Function Scan on jsonb_to_recordset n
--   CTE message
--     ->  Insert on messages
--           InitPlan 33
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_3
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 27
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 29
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_5.email))
--                 SubPlan 31
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_5.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 43
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_2.c)
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_4
--                 ->  Index Scan using accounts_pkey on accounts a_6
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 35
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 37
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 39
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(a_6.phone))
--                 SubPlan 41
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(a_6.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 46
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: spent_challenge_3.purpose, spent_challenge_3.method, spent_challenge_3.status
--                             ->  CTE Scan on spent_challenge spent_challenge_3
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: guess.purpose, guess.method, guess.status
--                             ->  CTE Scan on guess
--                 ->  Subquery Scan on "*SELECT* 3"
--                       ->  HashAggregate
--                             Group Key: verdict_1.protocol, verdict_1.outcome
--                             ->  CTE Scan on verdict verdict_1
--                 ->  Subquery Scan on "*SELECT* 4"
--                       ->  HashAggregate
--                             Group Key: settled.factor, settled.used_up
--                             ->  CTE Scan on settled
--                 ->  Subquery Scan on "*SELECT* 5"
--                       ->  HashAggregate
--                             Group Key: superseded.purpose, superseded.method, superseded.status
--                             ->  CTE Scan on superseded
--   InitPlan 47
--     ->  CTE Scan on verdict verdict_2
--   InitPlan 48
--     ->  CTE Scan on room room_3
