-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
with_second_factor AS (
    SELECT f.*, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $3::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $4::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $5 AND a.session_id IS NULL AND a.kind = $6 AND a.method = $7 AND a.purpose = $8
      AND ((a.status = 'open' AND a.expires_at > $9::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($10::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $11::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $12::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $13::timestamptz,
      status = CASE WHEN a.expires_at <= $14::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $15 AND a.session_id IS NULL AND a.kind = $16 AND a.method = $17 AND NOT (a.status = 'open' AND a.expires_at > $18::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($19::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $20::bigint, $21, $22, $23, $24, $25,
          f.subject, f.account_id, f.session_id, $26, $27,
          $28::smallint, $29::timestamptz, $30::timestamptz,
          $31::bigint, $32::bigint,
          $33::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($34::text[])
        ORDER BY array_position($35::text[], key) FOR UPDATE) RETURNING key)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM awaited) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE candidate
--     ->  CTE Scan on held
--   CTE with_second_factor
--     ->  Nested Loop
--           ->  CTE Scan on candidate f
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f.account_id)
--                 Filter: (disabled_at IS NULL)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on with_second_factor f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $4)
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 5
--             ->  CTE Scan on candidate
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 5).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $15) AND (kind = $16) AND (method = $17) AND (status = 'open'::text) AND ((status <> 'open'::text) OR (expires_at <= $18) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($19)) AND (NOT EXISTS(SubPlan 6)))))
--                 SubPlan 6
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 10
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 8
--                           ->  CTE Scan on candidate candidate_1
--                         ->  Sort
--                               Sort Key: a_2.id DESC
--                               ->  Index Scan using attempts_account on attempts a_2
--                                     Index Cond: (account_id = (InitPlan 8).col1)
--                                     Filter: ((session_id IS NULL) AND (protocol = $5) AND (kind = $6) AND (method = $7) AND (purpose = $8) AND (((status = 'open'::text) AND (expires_at > $9) AND ((account_id IS NULL) OR (purpose = ANY ($10)) OR EXISTS(SubPlan 9))) OR ((status = 'exhausted'::text) AND (expires_at > $11))))
--                                     SubPlan 9
--                                       ->  Index Scan using accounts_pkey on accounts o_1
--                                             Index Cond: (id = a_2.account_id)
--                                             Filter: (security_stamp <= a_2.security_stamp)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 10).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on with_second_factor h_1
--                             Filter: (((second_factor = 'totp'::text) OR $12) AND (second_factor <> 'none'::text))
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($35, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($34))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   InitPlan 14
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: closed_1.purpose, closed_1.method, closed_1.status
--                             ->  CTE Scan on closed closed_1
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: attempt_1.purpose, attempt_1.method
--                             ->  CTE Scan on attempt attempt_1
--   InitPlan 15
--     ->  Nested Loop
--           ->  CTE Scan on with_second_factor f_2
--           ->  Index Scan using totp_factors_pkey on totp_factors t
--                 Index Cond: (account_id = f_2.account_id)
--   InitPlan 16
--     ->  Nested Loop Anti Join
--           ->  CTE Scan on with_second_factor f_3
--           ->  Index Only Scan using backup_codes_pkey on backup_codes b
--                 Index Cond: (account_id = f_3.account_id)
--   ->  Result
--   ->  Nested Loop Left Join
--         Join Filter: (h.account_id = s.account_id)
--         ->  CTE Scan on with_second_factor h
--         ->  CTE Scan on setup s
