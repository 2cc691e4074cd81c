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
verdict AS (
    SELECT 'changed' AS outcome, account_id, $15::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $16::bigint, $17::timestamptz, $18, outcome, $19, account_id, session_id, attempt_id,
      $20, $21, $22
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
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on changed changed_1
