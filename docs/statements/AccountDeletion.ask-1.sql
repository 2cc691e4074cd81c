-- AccountDeletion.ask

WITH of_account AS (SELECT $1::bigint AS account_id),
asked AS (
    UPDATE accounts a SET deletion_due_at = $2::timestamptz, shut_by_deletion = a.shut_by_deletion OR a.disabled_at IS NULL,
      disabled_at = coalesce(a.disabled_at, $3::timestamptz), security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id AND coalesce(a.deletion_due_at, 'infinity') > $5::timestamptz
    RETURNING a.id AS account_id, a.security_stamp, a.deletion_due_at),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM asked f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM asked f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $9::timestamptz, end_reason = $10 FROM asked f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM asked f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
verdict AS (SELECT $13::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM asked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $14::bigint, $15::timestamptz, $16, v.outcome, $17, v.account_id, v.session_id, v.attempt_id,
      $18, $19, $20, CASE WHEN (v.outcome = ANY($21::text[])
    OR (v.account_id IS NULL AND $22::text <> ALL($23::text[]))) THEN $24::text || md5(concat_ws(' ', $25::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $26::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT deletion_due_at FROM asked) AS due_at, (SELECT sessions FROM live) AS sessions) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE asked
--     ->  Update on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $1)
--                 Filter: (COALESCE(deletion_due_at, 'infinity'::timestamp with time zone) > $5)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on asked f
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Result
--                 One-Time Filter: false
--   CTE ended_2
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_2
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE spent_links
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on asked f_3
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($12)))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on asked
--   InitPlan 7
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                 ->  CTE Scan on spent_links
--   InitPlan 8
--     ->  CTE Scan on asked asked_1
--   InitPlan 9
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $8)
