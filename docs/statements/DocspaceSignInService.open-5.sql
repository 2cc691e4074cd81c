-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $3::bigint, f.account_id, $4, $5::text, $6, jsonb_build_array(jsonb_build_object('method', $7::text, 'at', $8::text)), $9, $10,
      $11::timestamptz, CASE WHEN ($12::text) = 'signed_in' THEN $13::timestamptz END, $14::timestamptz,
      CASE WHEN ($15::text) = 'signed_in' THEN $16::timestamptz ELSE $17::timestamptz END, $18,
      $19::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $20::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $21, $22, $23, $24::text[], $25::timestamptz, $26::timestamptz FROM held f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($27::text[])
        ORDER BY array_position($28::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $29::bigint, $30::timestamptz, $31, outcome, $32, account_id, session_id, attempt_id,
      $33, $34, $35
    FROM opened RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on held f
--   CTE opened
--     ->  CTE Scan on session
--   CTE set_up
--     ->  Insert on factor_setups
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: factor_setups_pkey
--           ->  CTE Scan on held f_1
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($28, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($27))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on opened opened_1
