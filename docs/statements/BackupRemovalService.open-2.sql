-- BackupRemovalService.open

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $1 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
opening AS (SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM subject),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $3::bigint, $4, $5, $6, $7, $8,
          f.subject, f.account_id, f.session_id, $9, $10,
          $11::smallint, $12::timestamptz, $13::timestamptz,
          $14::bigint, $15::bigint,
          $16::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM attempt) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_username_prefix on accounts
--                 Index Cond: (username = $1)
--                 Filter: (disabled_at IS NULL)
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop Left Join
--                 ->  Result
--                 ->  CTE Scan on known k
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt attempt_1
--   InitPlan 4
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_2.purpose, attempt_2.method
--                 ->  CTE Scan on attempt attempt_2
--   ->  Result
--   ->  CTE Scan on attempt
