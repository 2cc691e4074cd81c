-- second-factor.service

WITH owner AS (SELECT s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $3::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $4::text THEN 'current'
        WHEN s.refresh_previous_hash = $5::text AND s.refresh_rotated_at >= $6::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $7::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s CROSS JOIN (SELECT count(*) FROM account) done WHERE s.token_hash = $8 AND s.protocol = $9 FOR UPDATE OF s),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
with_second_factor AS (
    SELECT f.*, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $10::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, a.phone FROM good f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $11::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $12 AND a.method = $13 AND a.purpose = $14
      AND ((a.status = 'open' AND a.expires_at > $15::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($16::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $17::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $18::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $19::timestamptz,
      status = CASE WHEN a.expires_at <= $20::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $21 AND a.method = $22 AND NOT (a.status = 'open' AND a.expires_at > $23::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($24::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $25::bigint, $26, $27, $28, $29, $30,
          f.subject, f.account_id, f.session_id, $31, $32,
          $33::smallint, $34::timestamptz, $35::timestamptz,
          $36::bigint, $37::bigint,
          $38::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
ended AS (
      UPDATE sessions s SET ended_at = $39::timestamptz, end_reason = $40
      FROM presented p WHERE s.id = p.session_id AND p.state = 'replay' RETURNING s.id AS session_id),
refused AS (
        SELECT coalesce(p.state, 'unknown') AS outcome, p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN presented p ON true WHERE NOT EXISTS (SELECT FROM good)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $41::bigint, $42::timestamptz, $43, v.outcome, $44, v.account_id, v.session_id, v.attempt_id,
      $45, $46, $47, CASE WHEN (v.outcome = ANY($48::text[])
    OR (v.account_id IS NULL AND $49::text <> ALL($50::text[]))) THEN $51::text || md5(concat_ws(' ', $52::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $53::text END
    FROM refused v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM closed GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM awaited) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s_1
--                       Index Cond: (token_hash = $1)
--                       Filter: (protocol = $2)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = s_1.account_id)
--                       Filter: (disabled_at IS NULL)
--   CTE presented
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s_2
--                       Index Cond: (token_hash = $8)
--                       Filter: (protocol = $9)
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on account
--                 SubPlan 2
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = s_2.account_id)
--                         Filter: (security_stamp <= s_2.security_stamp)
--   CTE good
--     ->  CTE Scan on presented
--           Filter: (state = ANY ('{current,concurrent,lost_answer}'::text[]))
--   CTE with_second_factor
--     ->  Nested Loop
--           ->  CTE Scan on good f
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = f.account_id)
--                 Filter: (disabled_at IS NULL)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on with_second_factor f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $11)
--   CTE closed
--     ->  Update on attempts a_2
--           InitPlan 7
--             ->  CTE Scan on good
--           ->  Index Scan using attempts_session on attempts a_2
--                 Index Cond: (session_id = (InitPlan 7).col1)
--                 Filter: ((kind = $21) AND (method = $22) AND (status = 'open'::text) AND ((status <> 'open'::text) OR (expires_at <= $23) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($24)) AND (NOT EXISTS(SubPlan 8)))))
--                 SubPlan 8
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_2.account_id)
--                         Filter: (security_stamp <= a_2.security_stamp)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 12
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 10
--                           ->  CTE Scan on good good_1
--                         ->  Sort
--                               Sort Key: a_3.id DESC
--                               ->  Index Scan using attempts_session on attempts a_3
--                                     Index Cond: (session_id = (InitPlan 10).col1)
--                                     Filter: ((kind = $12) AND (method = $13) AND (purpose = $14) AND (((status = 'open'::text) AND (expires_at > $15) AND ((account_id IS NULL) OR (purpose = ANY ($16)) OR EXISTS(SubPlan 11))) OR ((status = 'exhausted'::text) AND (expires_at > $17))))
--                                     SubPlan 11
--                                       ->  Index Scan using accounts_pkey on accounts o_2
--                                             Index Cond: (id = a_3.account_id)
--                                             Filter: (security_stamp <= a_3.security_stamp)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 12).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on with_second_factor h_1
--                             Filter: (((second_factor = 'totp'::text) OR $18) AND (second_factor <> 'none'::text))
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE ended
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on presented p
--                       Filter: (state = 'replay'::text)
--                 ->  Index Scan using sessions_pkey on sessions s_3
--                       Index Cond: (id = p.session_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           InitPlan 16
--             ->  CTE Scan on good good_2
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 16).col1)
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on presented p_1
--   InitPlan 18
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
--   InitPlan 19
--     ->  Nested Loop
--           ->  CTE Scan on with_second_factor f_2
--           ->  Index Scan using totp_factors_pkey on totp_factors t
--                 Index Cond: (account_id = f_2.account_id)
--   InitPlan 20
--     ->  Nested Loop Anti Join
--           ->  CTE Scan on with_second_factor f_3
--           ->  Index Only Scan using backup_codes_pkey on backup_codes b
--                 Index Cond: (account_id = f_3.account_id)
--   ->  Result
--   ->  Nested Loop Left Join
--         Join Filter: (h.account_id = s.account_id)
--         ->  CTE Scan on with_second_factor h
--         ->  CTE Scan on setup s
