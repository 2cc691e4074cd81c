-- FactorSetups.run

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $4::timestamptz
      ELSE $5::boolean OR s.signed_in_at > $6::timestamptz END),
verdict AS (SELECT $7::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM fresh),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $8, $9, $10, $11::text[], $12::timestamptz, $13::timestamptz FROM fresh f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $14::bigint, $15, $16, $17, $18, $19,
          f.subject, f.account_id, f.session_id, $20, $21,
          $22::smallint, $23::timestamptz, $24::timestamptz,
          $25::bigint, $26::bigint,
          $27::bigint, coalesce(f.security_stamp, 0)
        FROM fresh f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $28::bigint, $29::timestamptz, $30, outcome, $31, account_id, session_id, attempt_id,
      $32, $33, $34
    FROM verdict RETURNING id)
SELECT EXISTS (SELECT FROM verdict) AS begun;

-- Plan, with any values:
-- Result
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $4) ELSE ($5 OR (session.signed_in_at > $6)) END)
--   CTE verdict
--     ->  CTE Scan on fresh
--   CTE set_up
--     ->  Insert on factor_setups
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: factor_setups_pkey
--           ->  CTE Scan on fresh f
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on fresh f_1
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict
--   InitPlan 8
--     ->  CTE Scan on verdict verdict_1
