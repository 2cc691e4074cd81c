-- AccountService.change

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
changed AS (
    UPDATE accounts a SET
      username = coalesce($7, a.username),
      first_name = coalesce($8, a.first_name),
      last_name = coalesce($9, a.last_name),
      password_hash = coalesce($10, a.password_hash),
      password_changed_at = CASE WHEN $11::text IS NULL THEN a.password_changed_at ELSE $12::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN $13::text IS NULL THEN 0 ELSE 1 END,
      updated_at = $14::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
ended AS (
      UPDATE sessions s SET ended_at = $15::timestamptz, end_reason = $16 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.id = $17::bigint) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.id = $18::bigint) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $19::bigint, $20::bigint, r.account_id, $21,
      $22, r.address, r.language, $23, $24::timestamptz, $25::timestamptz,
      $26::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $27::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $28::bigint, $29::timestamptz, $30, outcome, $31, account_id, session_id, attempt_id,
      $32, $33, $34
    FROM verdict RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE changed
--     ->  Update on accounts a
--           ->  Nested Loop
--                 Join Filter: (session.security_stamp = a.security_stamp)
--                 ->  Nested Loop
--                       ->  CTE Scan on session
--                             Filter: (stage = 'signed_in'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_1
--                             Index Cond: (id = session.account_id)
--                             Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $4) ELSE ($5 OR (session.signed_in_at > $6)) END)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = a_1.id)
--   CTE ended
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on changed f
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((ended_at IS NULL) AND (id <> $17))
--   CTE carried_over
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 Join Filter: ((f_1.account_id = s_2.account_id) AND ((f_1.security_stamp - 1) = s_2.security_stamp))
--                 ->  Index Scan using sessions_pkey on sessions s_2
--                       Index Cond: (id = $18)
--                       Filter: (ended_at IS NULL)
--                 ->  CTE Scan on changed f_1
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on changed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on changed changed_1
