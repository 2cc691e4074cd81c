-- second-factor.service

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2 THEN 'current'
        WHEN s.refresh_previous_hash = $3 AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM good f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
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
    SELECT a.expires_at, a.status FROM attempts a WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11
      AND ((a.status = 'open' AND a.expires_at > $12::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($13::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $14::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $15::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $16::timestamptz,
      status = CASE WHEN a.expires_at <= $17::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $18 AND a.method = $19 AND NOT (a.status = 'open' AND a.expires_at > $20::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($21::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $22::bigint, $23, $24, $25, $26, $27,
          f.subject, f.account_id, f.session_id, $28, $29,
          $30::smallint, $31::timestamptz, $32::timestamptz,
          $33::bigint, $34::bigint,
          $35::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
ended AS (
      UPDATE sessions s SET ended_at = $36::timestamptz, end_reason = 'refresh_replayed'
      FROM presented p WHERE s.id = p.session_id AND p.state = 'replay' RETURNING s.id AS session_id),
refused AS (
        SELECT coalesce(p.state, 'unknown') AS outcome, p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN presented p ON true WHERE NOT EXISTS (SELECT FROM good)),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $37::bigint, $38::timestamptz, $39, outcome, $40, account_id, session_id, attempt_id,
      $41, $42, $43
    FROM refused RETURNING id)
SELECT * FROM awaited;

-- Plan, with any values:
-- Nested Loop Left Join
--   Join Filter: (h.account_id = s.account_id)
--   CTE presented
--     ->  LockRows
--           ->  Index Scan using sessions_token_hash_key on sessions s_1
--                 Index Cond: (token_hash = $6)
--                 Filter: (protocol = $7)
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = s_1.account_id)
--                         Filter: (security_stamp <= s_1.security_stamp)
--   CTE good
--     ->  CTE Scan on presented
--           Filter: (state = ANY ('{current,concurrent,lost_answer}'::text[]))
--   CTE with_second_factor
--     ->  Nested Loop
--           ->  CTE Scan on good f
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f.account_id)
--                 Filter: (disabled_at IS NULL)
--   CTE setup
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on with_second_factor f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: (expires_at > $8)
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 6
--             ->  CTE Scan on good
--           ->  Index Scan using attempts_session on attempts a_1
--                 Index Cond: (session_id = (InitPlan 6).col1)
--                 Filter: ((kind = $18) AND (method = $19) AND (status = 'open'::text) AND ((status <> 'open'::text) OR (expires_at <= $20) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($21)) AND (NOT EXISTS(SubPlan 7)))))
--                 SubPlan 7
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 11
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 9
--                           ->  CTE Scan on good good_1
--                         ->  Sort
--                               Sort Key: a_2.id DESC
--                               ->  Index Scan using attempts_session on attempts a_2
--                                     Index Cond: (session_id = (InitPlan 9).col1)
--                                     Filter: ((kind = $9) AND (method = $10) AND (purpose = $11) AND (((status = 'open'::text) AND (expires_at > $12) AND ((account_id IS NULL) OR (purpose = ANY ($13)) OR EXISTS(SubPlan 10))) OR ((status = 'exhausted'::text) AND (expires_at > $14))))
--                                     SubPlan 10
--                                       ->  Index Scan using accounts_pkey on accounts o_2
--                                             Index Cond: (id = a_2.account_id)
--                                             Filter: (security_stamp <= a_2.security_stamp)
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 11).col1)
--                 ->  Nested Loop
--                       ->  CTE Scan on with_second_factor h_1
--                             Filter: (((second_factor = 'totp'::text) OR $15) AND (second_factor <> 'none'::text))
--                       ->  Aggregate
--                             ->  CTE Scan on closed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on presented p
--                       Filter: (state = 'replay'::text)
--                 ->  Index Scan using sessions_pkey on sessions s_2
--                       Index Cond: (id = p.session_id)
--   CTE audited
--     ->  Insert on audit_events
--           InitPlan 15
--             ->  CTE Scan on good good_2
--           ->  Result
--                 One-Time Filter: (NOT (InitPlan 15).col1)
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on presented p_1
--   InitPlan 17
--     ->  Nested Loop
--           ->  CTE Scan on with_second_factor f_2
--           ->  Index Scan using totp_factors_pkey on totp_factors t
--                 Index Cond: (account_id = f_2.account_id)
--   InitPlan 18
--     ->  Nested Loop Anti Join
--           ->  CTE Scan on with_second_factor f_3
--           ->  Index Only Scan using backup_codes_pkey on backup_codes b
--                 Index Cond: (account_id = f_3.account_id)
--   ->  CTE Scan on with_second_factor h
--   ->  CTE Scan on setup s
