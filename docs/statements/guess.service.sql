-- guess.service

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_second_factor AS (
    SELECT f.*, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $8::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, a.phone FROM flow f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $9::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.session_id = (SELECT session_id FROM flow) AND a.kind = $10 AND a.method = $11 AND a.purpose = $12
      AND ((a.status = 'open' AND a.expires_at > $13::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($14::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $15::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $16::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $17::timestamptz,
      status = CASE WHEN a.expires_at <= $18::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM flow) AND a.kind = $19 AND a.method = $20 AND NOT (a.status = 'open' AND a.expires_at > $21::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($22::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $23::bigint, $24, $25, $26, $27, $28,
          f.subject, f.account_id, f.session_id, $29, $30,
          $31::smallint, $32::timestamptz, $33::timestamptz,
          $34::bigint, $35::bigint,
          $36::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM awaited) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $2)
--                 Filter: ((expires_at > $3) AND (id = $1))
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (b_1.browser_session_id = s_1.browser_session_id)
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_browser_attempt on sessions s_1
--                             Index Cond: (browser_attempt_id = $4)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (stage = 'pending'::text))
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = s_1.account_id)
--                             Filter: (disabled_at IS NULL)
--                 ->  CTE Scan on browser b_1
--   CTE flow
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (b_2.browser_session_id = s_2.browser_session_id)
--                 ->  Nested Loop
--                       Join Filter: (h_1.account_id = s_2.account_id)
--                       ->  Nested Loop
--                             ->  CTE Scan on account h_1
--                             ->  Index Scan using accounts_pkey on accounts o
--                                   Index Cond: (id = h_1.account_id)
--                       ->  Index Scan using sessions_live on sessions s_2
--                             Index Cond: (account_id = o.id)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $7) AND (browser_attempt_id = $6) AND (stage = 'pending'::text) AND (o.security_stamp <= security_stamp))
--                 ->  CTE Scan on browser b_2
--   CTE with_second_factor
--     ->  Nested Loop
--           ->  CTE Scan on flow f
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = f.account_id)
--                 Filter: (disabled_at IS NULL)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on with_second_factor f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $9)
--   CTE closed
--     ->  Update on attempts a_2
--           InitPlan 6
--             ->  CTE Scan on flow
--           ->  Index Scan using attempts_session on attempts a_2
--                 Index Cond: (session_id = (InitPlan 6).col1)
--                 Filter: ((kind = $19) AND (method = $20) AND (status = 'open'::text) AND ((status <> 'open'::text) OR (expires_at <= $21) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($22)) AND (NOT EXISTS(SubPlan 7)))))
--                 SubPlan 7
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_2.account_id)
--                         Filter: (security_stamp <= a_2.security_stamp)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 11
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 9
--                           ->  CTE Scan on flow flow_1
--                         ->  Sort
--                               Sort Key: a_3.id DESC
--                               ->  Index Scan using attempts_session on attempts a_3
--                                     Index Cond: (session_id = (InitPlan 9).col1)
--                                     Filter: ((kind = $10) AND (method = $11) AND (purpose = $12) AND (((status = 'open'::text) AND (expires_at > $13) AND ((account_id IS NULL) OR (purpose = ANY ($14)) OR EXISTS(SubPlan 10))) OR ((status = 'exhausted'::text) AND (expires_at > $15))))
--                                     SubPlan 10
--                                       ->  Index Scan using accounts_pkey on accounts o_2
--                                             Index Cond: (id = a_3.account_id)
--                                             Filter: (security_stamp <= a_3.security_stamp)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 11).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on with_second_factor h_2
--                             Filter: (((second_factor = 'totp'::text) OR $16) AND (second_factor <> 'none'::text))
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
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
--           ->  Index Only Scan using backup_codes_pkey on backup_codes b_3
--                 Index Cond: (account_id = f_3.account_id)
--   ->  Result
--   ->  Nested Loop Left Join
--         Join Filter: (h.account_id = s.account_id)
--         ->  CTE Scan on with_second_factor h
--         ->  CTE Scan on setup s
