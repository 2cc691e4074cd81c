-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, shut_by_deletion = false,
      updated_at = $4::timestamptz
    WHERE id = $5::bigint AND ($6::boolean OR deletion_due_at IS NULL)
    RETURNING id AS account_id, security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $7::timestamptz, end_reason = $8 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $9::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $10::timestamptz, end_reason = $11 FROM changed f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $12::timestamptz
      FROM changed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($13::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
verdict AS (SELECT $14::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $15::bigint, $16::timestamptz, $17, v.outcome, $18, v.account_id, v.session_id, v.attempt_id,
      $19, $20, $21, CASE WHEN (v.outcome = ANY($22::text[])
    OR (v.account_id IS NULL AND $23::text <> ALL($24::text[]))) THEN $25::text || md5(concat_ws(' ', $26::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $27::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT sessions FROM live) AS sessions, EXISTS (SELECT FROM changed) AS done) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE changed
--     ->  Update on accounts
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $5)
--                 Filter: ($6 OR (deletion_due_at IS NULL))
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
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
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE spent_links
--     ->  Update on attempts a
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($13)))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   InitPlan 7
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                 ->  CTE Scan on spent_links
--   InitPlan 8
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $9)
--   InitPlan 9
--     ->  CTE Scan on changed changed_1
