-- LinkConfirmService.dismiss

WITH target AS (
        SELECT a.subject, a.purpose, a.browser_attempt_id FROM attempts a
        WHERE a.kind = 'link' AND a.secret_hash = ANY($1::text[]) AND a.purpose IN ('magic_link', 'sign_in')),
dismissed AS (
        UPDATE attempts a SET status = 'superseded', closed_at = $2::timestamptz FROM target t
        WHERE a.subject = t.subject AND a.purpose = t.purpose AND a.status = 'open'
          AND a.browser_attempt_id IS NOT DISTINCT FROM t.browser_attempt_id AND (t.purpose = 'magic_link' OR t.browser_attempt_id IS NOT NULL)
        RETURNING a.id, a.account_id, a.session_id, a.purpose, a.method, a.status),
verdict AS (
        SELECT 'dismissed' AS outcome, account_id, session_id, id AS attempt_id
        FROM dismissed ORDER BY id LIMIT 1),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $3::bigint, $4::timestamptz, $5, v.outcome, $6, v.account_id, v.session_id, v.attempt_id,
      $7, $8, $9, CASE WHEN (v.outcome = ANY($10::text[])
    OR (v.account_id IS NULL AND $11::text <> ALL($12::text[]))) THEN $13::text || md5(concat_ws(' ', $14::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $15::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM dismissed GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE dismissed
--     ->  Update on attempts a
--           ->  Nested Loop
--                 ->  Index Scan using attempts_link on attempts a_1
--                       Index Cond: (secret_hash = ANY ($1))
--                       Filter: ((purpose = ANY ('{magic_link,sign_in}'::text[])) AND ((purpose = 'magic_link'::text) OR (browser_attempt_id IS NOT NULL)) AND (kind = 'link'::text))
--                 ->  Index Scan using attempts_open on attempts a
--                       Index Cond: ((subject = a_1.subject) AND (purpose = a_1.purpose))
--                       Filter: ((status = 'open'::text) AND (NOT (browser_attempt_id IS DISTINCT FROM a_1.browser_attempt_id)))
--   CTE verdict
--     ->  Limit
--           ->  Sort
--                 Sort Key: dismissed.id
--                 ->  CTE Scan on dismissed
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 4
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: dismissed_1.purpose, dismissed_1.method, dismissed_1.status
--                 ->  CTE Scan on dismissed dismissed_1
--   ->  Result
--   ->  CTE Scan on verdict
