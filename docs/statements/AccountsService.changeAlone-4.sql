-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts a SET second_factor = $1, phone = CASE WHEN $2 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1,
      updated_at = $3::timestamptz
    WHERE a.id = $4::bigint RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
factor AS (
    INSERT INTO totp_factors (account_id, secret_sealed, created_at)
    VALUES ($8::bigint, $9, $10::timestamptz)
    ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = 0,
      created_at = excluded.created_at RETURNING account_id),
setup_dropped AS (DELETE FROM factor_setups WHERE account_id = $11::bigint RETURNING account_id),
backup_codes_dropped AS (DELETE FROM backup_codes WHERE account_id = $12::bigint RETURNING account_id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM changed f
    WHERE a.account_id = f.account_id AND a.purpose = ANY($13::text[]) AND a.status = 'open'
      AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
verdict AS (SELECT $14::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $15::bigint, $16::timestamptz, $17, outcome, $18, account_id, session_id, attempt_id,
      $19, $20, $21
    FROM verdict RETURNING id)
SELECT * FROM live;

-- Plan, with any values:
-- Aggregate
--   CTE changed
--     ->  Update on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $4)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
--                 ->  Index Scan using sessions_live on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_1
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_1.security_stamp - 1) = security_stamp))
--   CTE factor
--     ->  Insert on totp_factors
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: totp_factors_pkey
--           ->  Result
--   CTE setup_dropped
--     ->  Delete on factor_setups
--           ->  Index Scan using factor_setups_pkey on factor_setups
--                 Index Cond: (account_id = $11)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes
--           ->  Bitmap Heap Scan on backup_codes
--                 Recheck Cond: (account_id = $12)
--                 ->  Bitmap Index Scan on backup_codes_pkey
--                       Index Cond: (account_id = $12)
--   CTE carried_over_attempts
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((status = 'open'::text) AND ((f_2.security_stamp - 1) = security_stamp) AND (purpose = ANY ($13)))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on changed
--   ->  Nested Loop
--         ->  CTE Scan on ended
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id = ended.id)
--               Filter: (expires_at > $7)
