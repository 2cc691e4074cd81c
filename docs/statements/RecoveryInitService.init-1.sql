-- RecoveryInitService.init

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.protocol = $8 AND a.kind = 'code' AND a.factor = 'first' AND a.secret_hash = ANY($9::text[]) AND a.purpose = $10 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $11::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $12::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $16::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $17::timestamptz THEN 'expired'
        WHEN t.kind <> $18 THEN 'other_kind' WHEN b.spent >= $19::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM redeemed),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN candidate f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $20::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $21::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $22::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $23::bigint, $24, $25, $26, $27, $28,
          f.subject, f.account_id, f.session_id, $29, $30,
          $31::smallint, $32::timestamptz, $33::timestamptz,
          $34::bigint, $35::bigint,
          $36::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
read AS (
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN verdict u ON u.account_id = a.id WHERE u.outcome = 'redeemed'),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[])
    OR (v.account_id IS NULL AND $45::text <> ALL($46::text[]))) THEN $47::text || md5(concat_ws(' ', $48::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $49::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT holder FROM key_holder) AS holder) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_prefix on accounts
--                 Index Cond: (email = $1)
--                 Filter: ((disabled_at IS NULL) AND (($2 IS NULL) OR (NOT (org_id IS DISTINCT FROM $3))) AND (($4 IS NULL) OR (NOT (tenant_id IS DISTINCT FROM $5))))
--   CTE target
--     ->  Limit
--           InitPlan 3
--             ->  Nested Loop Left Join
--                   ->  Result
--                   ->  CTE Scan on known k
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_open on attempts a
--                             Index Cond: ((subject = (InitPlan 3).col1) AND (purpose = $10))
--                             Filter: ((protocol = $8) AND (kind = 'code'::text) AND (factor = 'first'::text) AND (secret_hash = ANY ($9)))
--                 SubPlan 2
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
--                 Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  Index Scan using attempts_pkey on attempts a_1
--                             Index Cond: (id = t_1.id)
--                             Filter: ((expires_at > $15) AND (tries_left > 0) AND (kind = $14) AND (status = 'open'::text))
--                 ->  CTE Scan on budget b_1
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE candidate
--     ->  CTE Scan on verdict
--           Filter: (outcome = 'redeemed'::text)
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
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on candidate f
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE lifted
--     ->  Delete on suppressed_addresses b_4
--           ->  Nested Loop
--                 Join Filter: (b_4.address = lower(CASE u.method WHEN 'email'::text THEN a_2.email WHEN 'sms'::text THEN a_2.phone ELSE NULL::text END))
--                 ->  Nested Loop
--                       ->  CTE Scan on verdict u
--                             Filter: (outcome = 'redeemed'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_2
--                             Index Cond: (id = u.account_id)
--                 ->  Seq Scan on suppressed_addresses b_4
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 15
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
--   InitPlan 16
--     ->  CTE Scan on verdict verdict_2
--   InitPlan 18
--     ->  Nested Loop
--           InitPlan 17
--             ->  Aggregate
--                   ->  Subquery Scan on k_1
--                         ->  Sort
--                               Sort Key: c.id
--                               ->  Nested Loop
--                                     ->  CTE Scan on candidate f_1
--                                     ->  Index Scan using credentials_account on credentials c
--                                           Index Cond: (account_id = f_1.account_id)
--                                           Filter: (revoked_at IS NULL)
--           ->  CTE Scan on candidate f_2
--           ->  Index Scan using accounts_pkey on accounts a_3
--                 Index Cond: (id = f_2.account_id)
--                 Filter: (disabled_at IS NULL)
