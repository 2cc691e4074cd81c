-- KeyChallenges.open

WITH anybody AS (
        SELECT $1::text AS subject, NULL::bigint AS account_id, NULL::bigint AS session_id, NULL::int AS security_stamp),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $2::bigint, $3, $4, $5, $6, $7,
          f.subject, f.account_id, f.session_id, $8, $9,
          $10::smallint, $11::timestamptz, $12::timestamptz,
          $13::bigint, $14::bigint,
          $15::bigint, coalesce(f.security_stamp, 0)
        FROM anybody f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM anybody) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE anybody
--     ->  Result
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on anybody f
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   InitPlan 4
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_1.purpose, attempt_1.method
--                 ->  CTE Scan on attempt attempt_1
--   ->  Result
--   ->  CTE Scan on anybody
