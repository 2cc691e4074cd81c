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
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($25::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $26::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($27::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $28::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $29 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $30  RETURNING s.id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $31::bigint, $32::timestamptz, $33, outcome, $34, account_id, session_id, attempt_id,
      $35, $36, $37
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
--   CTE spent_links
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on session f_2
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($27)))
--   CTE overtaken
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on session f_3
--                 ->  Index Scan using sessions_live on sessions s
--                       Index Cond: (account_id = f_3.account_id)
--                       Filter: ((ended_at IS NULL) AND (protocol = $29) AND (stage = 'pending'::text) AND (((amr -> 0) ->> 'method'::text) = $30))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on opened opened_1
