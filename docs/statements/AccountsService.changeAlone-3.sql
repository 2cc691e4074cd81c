-- AccountsService.changeAlone

WITH as_read AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND security_stamp = $2::int),
changed AS (
    UPDATE accounts a SET second_factor = $3, phone = CASE WHEN $4 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1,
      updated_at = $5::timestamptz
    FROM as_read f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM changed f
    WHERE a.account_id = f.account_id AND a.purpose = ANY($9::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING changed f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING changed f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING changed f WHERE b.account_id = f.account_id RETURNING b.account_id),
verdict AS (SELECT $10::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $11::bigint, $12::timestamptz, $13, v.outcome, $14, v.account_id, v.session_id, v.attempt_id,
      $15, $16, $17, CASE WHEN (v.outcome = ANY($18::text[])
    OR (v.account_id IS NULL AND $19::text <> ALL($20::text[]))) THEN $21::text || md5(concat_ws(' ', $22::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $23::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT (SELECT sessions FROM live) AS sessions, EXISTS (SELECT FROM changed) AS done;

-- Plan, with any values:
-- Result
--   CTE changed
--     ->  Update on accounts a
--           ->  Nested Loop
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = $1)
--                 ->  Index Scan using accounts_pkey on accounts
--                       Index Cond: (id = $1)
--                       Filter: (security_stamp = $2)
--   CTE ended
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_1
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_1.security_stamp - 1) = security_stamp))
--   CTE carried_over_attempts
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((status = 'open'::text) AND ((f_2.security_stamp - 1) = security_stamp) AND (purpose = ANY ($9)))
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_3
--                 ->  Index Scan using totp_factors_pkey on totp_factors t
--                       Index Cond: (account_id = f_3.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_4
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_4.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_5
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f_5.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_5.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed
--   InitPlan 9
--     ->  Aggregate
--           ->  Nested Loop
--                 ->  CTE Scan on ended
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = ended.id)
--                       Filter: (expires_at > $8)
--   InitPlan 10
--     ->  CTE Scan on changed changed_1
