-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $3, $4, f.account_id, $5, $6::timestamptz FROM held f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
admitted AS (SELECT f.* FROM held f JOIN linked l ON l.account_id = f.account_id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $7::bigint, f.account_id, $8, $9::text, $10, jsonb_build_array(jsonb_build_object('method', $11::text, 'at', $12::text)), $13, $14,
      $15::timestamptz, CASE WHEN ($16::text) = 'signed_in' THEN $17::timestamptz END, $18::timestamptz,
      CASE WHEN ($19::text) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM admitted f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $24::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $25::bigint, $26::bigint, r.account_id, $27,
      $28, r.address, r.language, $29, $30::timestamptz, $31::timestamptz,
      $32::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $33::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM news),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $34::bigint, $35::timestamptz, $36, outcome, $37, account_id, session_id, attempt_id,
      $38, $39, $40
    FROM verdict RETURNING id),
audited_2 AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $41::bigint, $42::timestamptz, $43, outcome, $44, account_id, session_id, attempt_id,
      $45, $46, $47
    FROM opened RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE linked
--     ->  Insert on external_identities i
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: external_identities_pkey
--           ->  CTE Scan on held f
--   CTE session
--     ->  Insert on sessions
--           ->  Nested Loop
--                 Join Filter: (f_1.account_id = l.account_id)
--                 ->  CTE Scan on held f_1
--                 ->  CTE Scan on linked l
--   CTE opened
--     ->  CTE Scan on session
--   CTE news
--     ->  CTE Scan on linked
--           Filter: is_new
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on news f_2
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on news
--   CTE audited_2
--     ->  Insert on audit_events audit_events_1
--           ->  CTE Scan on opened opened_1
