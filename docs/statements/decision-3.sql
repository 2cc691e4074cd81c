-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
with_second_factor AS (
    SELECT f.*, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $7::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $8::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $9 AND a.session_id IS NULL AND a.kind = $10 AND a.method = $11 AND a.purpose = $12
      AND ((a.status = 'open' AND a.expires_at > $13::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($14::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $15::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $16::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $17::timestamptz,
      status = CASE WHEN a.expires_at <= $18::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $19 AND a.session_id IS NULL AND a.kind = $20 AND a.method = $21 AND NOT (a.status = 'open' AND a.expires_at > $22::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($23::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM awaited) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held_link
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((expires_at > $6) AND (kind = 'link'::text) AND (protocol = $5) AND (status = 'open'::text) AND (security_stamp >= f.security_stamp) AND (secret_hash = ANY ($3)) AND (purpose = ANY ($4)))
--   CTE candidate
--     ->  CTE Scan on held_link
--   CTE with_second_factor
--     ->  Nested Loop
--           ->  CTE Scan on candidate f_1
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = f_1.account_id)
--                 Filter: (disabled_at IS NULL)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on with_second_factor f_2
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: (expires_at > $8)
--   CTE closed
--     ->  Update on attempts a_2
--           InitPlan 6
--             ->  CTE Scan on candidate
--           ->  Index Scan using attempts_account on attempts a_2
--                 Index Cond: (account_id = (InitPlan 6).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $19) AND (kind = $20) AND (method = $21) AND (status = 'open'::text) AND ((status <> 'open'::text) OR (expires_at <= $22) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($23)) AND (NOT EXISTS(SubPlan 7)))))
--                 SubPlan 7
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a_2.account_id)
--                         Filter: (security_stamp <= a_2.security_stamp)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 11
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 9
--                           ->  CTE Scan on candidate candidate_1
--                         ->  Sort
--                               Sort Key: a_3.id DESC
--                               ->  Index Scan using attempts_account on attempts a_3
--                                     Index Cond: (account_id = (InitPlan 9).col1)
--                                     Filter: ((session_id IS NULL) AND (protocol = $9) AND (kind = $10) AND (method = $11) AND (purpose = $12) AND (((status = 'open'::text) AND (expires_at > $13) AND ((account_id IS NULL) OR (purpose = ANY ($14)) OR EXISTS(SubPlan 10))) OR ((status = 'exhausted'::text) AND (expires_at > $15))))
--                                     SubPlan 10
--                                       ->  Index Scan using accounts_pkey on accounts o_1
--                                             Index Cond: (id = a_3.account_id)
--                                             Filter: (security_stamp <= a_3.security_stamp)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 11).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on with_second_factor h_1
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
--           ->  CTE Scan on with_second_factor f_3
--           ->  Index Scan using totp_factors_pkey on totp_factors t
--                 Index Cond: (account_id = f_3.account_id)
--   InitPlan 16
--     ->  Nested Loop Anti Join
--           ->  CTE Scan on with_second_factor f_4
--           ->  Index Only Scan using backup_codes_pkey on backup_codes b
--                 Index Cond: (account_id = f_4.account_id)
--   ->  Result
--   ->  Nested Loop Left Join
--         Join Filter: (h.account_id = s.account_id)
--         ->  CTE Scan on with_second_factor h
--         ->  CTE Scan on setup s
