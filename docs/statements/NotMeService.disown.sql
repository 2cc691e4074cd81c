-- NotMeService.disown

WITH held_message AS (SELECT m.id, m.disowned_at IS NULL AS first FROM messages m WHERE m.reference = $1 FOR UPDATE),
disowned AS (
    UPDATE messages m SET disowned_at = coalesce(m.disowned_at, $2::timestamptz) FROM held_message h
    WHERE m.id = h.id RETURNING m.id, m.attempt_id, m.account_id, h.first),
named_attempt AS (SELECT n.subject, n.purpose, n.created_at FROM attempts n JOIN disowned f ON f.attempt_id = n.id),
closed AS (
    UPDATE attempts a SET closed_at = $3::timestamptz,
      status = CASE WHEN a.expires_at <= $4::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE (a.subject, a.purpose, a.created_at) IN (SELECT subject, purpose, created_at FROM named_attempt) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
verdict AS (
        SELECT CASE WHEN EXISTS (SELECT FROM closed) THEN 'ended' ELSE 'over' END AS outcome, m.account_id,
          NULL::bigint AS session_id, m.attempt_id FROM disowned m WHERE m.first),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[]) OR (v.account_id IS NULL AND $13::text <> 'cli')) THEN $14::text || md5(concat_ws(' ', $15::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $16::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT EXISTS (SELECT FROM disowned) AS known) rows) answer ON true;

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
--   CTE closed
--     ->  Update on attempts a
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: n.subject, n.purpose, n.created_at
--                       ->  Nested Loop
--                             ->  CTE Scan on disowned f
--                             ->  Index Scan using attempts_pkey on attempts n
--                                   Index Cond: (id = f.attempt_id)
--                 ->  Index Scan using attempts_open on attempts a
--                       Index Cond: ((subject = n.subject) AND (purpose = n.purpose))
--                       Filter: ((status = 'open'::text) AND (n.created_at = created_at))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           InitPlan 4
--             ->  CTE Scan on closed
--           InitPlan 5
--             ->  CTE Scan on closed closed_1
--           InitPlan 6
--             ->  CTE Scan on closed closed_2
--           ->  CTE Scan on disowned m_2
--                 Filter: first
--   InitPlan 8
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: closed_3.purpose, closed_3.method, closed_3.status
--                 ->  CTE Scan on closed closed_3
--   InitPlan 9
--     ->  CTE Scan on disowned
