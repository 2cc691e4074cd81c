-- NotMeService.disown

WITH held_message AS (SELECT m.id, m.disowned_at IS NULL AS first FROM messages m WHERE m.reference = $1 FOR UPDATE),
disowned AS (
    UPDATE messages m SET disowned_at = coalesce(m.disowned_at, $2::timestamptz) FROM held_message h
    WHERE m.id = h.id RETURNING m.id, m.attempt_id, m.account_id, h.first),
news AS (SELECT account_id FROM disowned WHERE first),
guarded AS (
    UPDATE accounts a SET disowned_at = $3::timestamptz || ARRAY(SELECT t FROM unnest(a.disowned_at) t WHERE t > $4::timestamptz ORDER BY t DESC LIMIT $5::int),
      guarded_until = CASE WHEN cardinality(ARRAY(SELECT t FROM unnest(a.disowned_at) t WHERE t > $6::timestamptz ORDER BY t DESC LIMIT $7::int)) = $8::int THEN $9::timestamptz
        ELSE a.guarded_until END
    FROM news b WHERE a.id = b.account_id RETURNING a.id AS account_id, a.guarded_until),
guarded_now AS (SELECT * FROM guarded WHERE guarded_until > $10::timestamptz),
about AS (SELECT m.* FROM disowned m CROSS JOIN (SELECT count(*) FROM guarded) done),
named_attempt AS (SELECT n.subject, n.purpose, n.created_at FROM attempts n JOIN about f ON f.attempt_id = n.id),
closed AS (
    UPDATE attempts a SET closed_at = $11::timestamptz,
      status = CASE WHEN a.expires_at <= $12::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE (a.subject, a.purpose, a.created_at) IN (SELECT subject, purpose, created_at FROM named_attempt) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
verdict AS (
        SELECT CASE WHEN EXISTS (SELECT FROM closed) THEN 'ended' ELSE 'over' END AS outcome, m.account_id,
          NULL::bigint AS session_id, m.attempt_id FROM disowned m WHERE m.first),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $13::bigint, $14::timestamptz, $15, v.outcome, $16, v.account_id, v.session_id, v.attempt_id,
      $17, $18, $19, CASE WHEN (v.outcome = ANY($20::text[])
    OR (v.account_id IS NULL AND $21::text <> ALL($22::text[]))) THEN $23::text || md5(concat_ws(' ', $24::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $25::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id),
verdict_2 AS (SELECT $26::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM guarded_now),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[])
    OR (v.account_id IS NULL AND $35::text <> ALL($36::text[]))) THEN $37::text || md5(concat_ws(' ', $38::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $39::text END
    FROM verdict_2 v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT EXISTS (SELECT FROM disowned) AS known, EXISTS (SELECT FROM guarded_now) AS guarded) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE held_message
--     ->  LockRows
--           ->  Index Scan using messages_reference on messages m
--                 Index Cond: (reference = $1)
--   CTE disowned
--     ->  Update on messages m_1
--           ->  Nested Loop
--                 ->  CTE Scan on held_message h
--                 ->  Index Scan using messages_pkey on messages m_1
--                       Index Cond: (id = h.id)
--   CTE guarded
--     ->  Update on accounts a
--           ->  Nested Loop
--                 ->  CTE Scan on disowned
--                       Filter: first
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = disowned.account_id)
--                 SubPlan 3
--                   ->  Limit
--                         ->  Sort
--                               Sort Key: t.t DESC
--                               ->  Function Scan on unnest t
--                                     Filter: (t > $4)
--                 SubPlan 4
--                   ->  Limit
--                         ->  Sort
--                               Sort Key: t_1.t DESC
--                               ->  Function Scan on unnest t_1
--                                     Filter: (t > $6)
--   CTE guarded_now
--     ->  CTE Scan on guarded
--           Filter: (guarded_until > $10)
--   CTE closed
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: n.subject, n.purpose, n.created_at
--                       ->  Nested Loop
--                             ->  Nested Loop
--                                   ->  CTE Scan on disowned m_2
--                                   ->  Index Scan using attempts_pkey on attempts n
--                                         Index Cond: (id = m_2.attempt_id)
--                             ->  Subquery Scan on done
--                                   ->  Aggregate
--                                         ->  CTE Scan on guarded guarded_1
--                 ->  Index Scan using attempts_open on attempts a_1
--                       Index Cond: ((subject = n.subject) AND (purpose = n.purpose))
--                       Filter: ((status = 'open'::text) AND (n.created_at = created_at))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           InitPlan 8
--             ->  CTE Scan on closed
--           InitPlan 9
--             ->  CTE Scan on closed closed_1
--           InitPlan 10
--             ->  CTE Scan on closed closed_2
--           ->  CTE Scan on disowned m_3
--                 Filter: first
--   CTE audited_2
--     ->  Insert on audit_events e_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on guarded_now
--   InitPlan 13
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: closed_3.purpose, closed_3.method, closed_3.status
--                 ->  CTE Scan on closed closed_3
--   InitPlan 14
--     ->  CTE Scan on disowned disowned_1
--   InitPlan 15
--     ->  CTE Scan on guarded_now guarded_now_1
