-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed AS (
      UPDATE accounts a SET activated_at = $7::timestamptz, updated_at = $8::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM held_link f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $9::bigint AND disabled_at IS NULL AND security_stamp = $10::int FOR NO KEY UPDATE),
held_link_2 AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held_2 f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($11::text[]) AND a.purpose = ANY($12::text[]) AND a.protocol = $13
        AND a.status = 'open' AND a.expires_at > $14::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed_before AS (
    SELECT f.account_id, f.security_stamp FROM held_link_2 f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL),
taken AS (SELECT * FROM invited_owner UNION ALL SELECT * FROM claimed_before),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM taken),
with_second_factor AS (
    SELECT f.*, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $15::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $16::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $17 AND a.session_id IS NULL AND a.kind = $18 AND a.method = $19 AND a.purpose = $20
      AND ((a.status = 'open' AND a.expires_at > $21::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($22::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $23::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $24::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $25::timestamptz,
      status = CASE WHEN a.expires_at <= $26::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $27 AND a.session_id IS NULL AND a.kind = $28 AND a.method = $29 AND NOT (a.status = 'open' AND a.expires_at > $30::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($31::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $32::bigint, $33, $34, $35, $36, $37,
          f.subject, f.account_id, f.session_id, $38, $39,
          $40::smallint, $41::timestamptz, $42::timestamptz,
          $43::bigint, $44::bigint,
          $45::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
ended AS (
      UPDATE sessions s SET ended_at = $46::timestamptz, end_reason = $47 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM invited_owner f
    WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.secret_hash = ANY($48::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id)
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
--   CTE claimed
--     ->  Update on accounts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on held_link f_1
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_1.account_id)
--                       Filter: ((activated_at IS NULL) AND (f_1.security_stamp = security_stamp))
--                 SubPlan 3
--                   ->  Result
--   CTE invited_owner
--     ->  CTE Scan on claimed
--           Filter: invited
--   CTE held_2
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts accounts_1
--                 Index Cond: (id = $9)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $10))
--   CTE held_link_2
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on held_2 f_2
--                 ->  Index Scan using attempts_account on attempts a_2
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((expires_at > $14) AND (kind = 'link'::text) AND (protocol = $13) AND (status = 'open'::text) AND (security_stamp >= f_2.security_stamp) AND (secret_hash = ANY ($11)) AND (purpose = ANY ($12)))
--   CTE candidate
--     ->  Result
--           ->  Append
--                 ->  CTE Scan on invited_owner
--                 ->  Nested Loop
--                       ->  CTE Scan on held_link_2 f_3
--                       ->  Index Scan using accounts_pkey on accounts a_3
--                             Index Cond: (id = f_3.account_id)
--                             Filter: (activated_at IS NOT NULL)
--   CTE with_second_factor
--     ->  Nested Loop
--           ->  CTE Scan on candidate f_4
--           ->  Index Scan using accounts_pkey on accounts a_4
--                 Index Cond: (id = f_4.account_id)
--                 Filter: (disabled_at IS NULL)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on with_second_factor f_5
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_5.account_id)
--                       Filter: (expires_at > $16)
--   CTE closed
--     ->  Update on attempts a_5
--           InitPlan 11
--             ->  CTE Scan on candidate
--           ->  Index Scan using attempts_account on attempts a_5
--                 Index Cond: (account_id = (InitPlan 11).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $27) AND (kind = $28) AND (method = $29) AND (status = 'open'::text) AND ((status <> 'open'::text) OR (expires_at <= $30) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($31)) AND (NOT EXISTS(SubPlan 12)))))
--                 SubPlan 12
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a_5.account_id)
--                         Filter: (security_stamp <= a_5.security_stamp)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 16
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 14
--                           ->  CTE Scan on candidate candidate_1
--                         ->  Sort
--                               Sort Key: a_6.id DESC
--                               ->  Index Scan using attempts_account on attempts a_6
--                                     Index Cond: (account_id = (InitPlan 14).col1)
--                                     Filter: ((session_id IS NULL) AND (protocol = $17) AND (kind = $18) AND (method = $19) AND (purpose = $20) AND (((status = 'open'::text) AND (expires_at > $21) AND ((account_id IS NULL) OR (purpose = ANY ($22)) OR EXISTS(SubPlan 15))) OR ((status = 'exhausted'::text) AND (expires_at > $23))))
--                                     SubPlan 15
--                                       ->  Index Scan using accounts_pkey on accounts o_1
--                                             Index Cond: (id = a_6.account_id)
--                                             Filter: (security_stamp <= a_6.security_stamp)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 16).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on with_second_factor h_1
--                             Filter: (((second_factor = 'totp'::text) OR $24) AND (second_factor <> 'none'::text))
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE ended
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on invited_owner f_6
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_6.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_2
--           ->  Result
--                 One-Time Filter: false
--   CTE carried_over_attempts
--     ->  Update on attempts a_7
--           ->  Nested Loop
--                 ->  CTE Scan on invited_owner f_8
--                 ->  Index Scan using attempts_account on attempts a_7
--                       Index Cond: (account_id = f_8.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND ((f_8.security_stamp - 1) = security_stamp) AND (secret_hash = ANY ($48)))
--   InitPlan 22
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
--   InitPlan 23
--     ->  Nested Loop
--           ->  CTE Scan on with_second_factor f_9
--           ->  Index Scan using totp_factors_pkey on totp_factors t
--                 Index Cond: (account_id = f_9.account_id)
--   InitPlan 24
--     ->  Nested Loop Anti Join
--           ->  CTE Scan on with_second_factor f_10
--           ->  Index Only Scan using backup_codes_pkey on backup_codes b
--                 Index Cond: (account_id = f_10.account_id)
--   ->  Result
--   ->  Hash Left Join
--         Hash Cond: (h.account_id = s.account_id)
--         ->  CTE Scan on with_second_factor h
--         ->  Hash
--               ->  CTE Scan on setup s
