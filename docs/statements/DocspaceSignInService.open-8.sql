-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $7::bigint, f.account_id, $8, $9::text, $10, jsonb_build_array(jsonb_build_object('method', $11::text, 'at', $12::text)), $13, $14,
      $15::timestamptz, CASE WHEN ($16::text) = 'signed_in' THEN $17::timestamptz END, $18::timestamptz,
      CASE WHEN ($19::text) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held_link f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $24::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $25, $26, $27, $28::text[], $29::timestamptz, $30::timestamptz FROM held_link f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
activated AS (
    UPDATE accounts a SET activated_at = $31::timestamptz, updated_at = $32::timestamptz FROM held_link f
    WHERE a.id = f.account_id AND a.activated_at IS NULL RETURNING a.id AS account_id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $33::bigint, $34::timestamptz, $35, outcome, $36, account_id, session_id, attempt_id,
      $37, $38, $39
    FROM opened RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
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
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on held_link f_1
--   CTE opened
--     ->  CTE Scan on session
--   CTE set_up
--     ->  Insert on factor_setups
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: factor_setups_pkey
--           ->  CTE Scan on held_link f_2
--   CTE activated
--     ->  Update on accounts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on held_link f_3
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_3.account_id)
--                       Filter: (activated_at IS NULL)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on opened opened_1
