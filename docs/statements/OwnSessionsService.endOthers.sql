-- OwnSessionsService.endOthers

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $7::timestamptz FROM signed_in f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $8::timestamptz, end_reason = $9 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.id = $10::bigint) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.id = $11::bigint) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $12::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM signed_in),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $13::bigint, $14::timestamptz, $15, v.outcome, $16, v.account_id, v.session_id, v.attempt_id,
      $17, $18, $19, CASE WHEN (v.outcome = ANY($20::text[])
    OR (v.account_id IS NULL AND $21::text <> ALL($22::text[]))) THEN $23::text || md5(concat_ws(' ', $24::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $25::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM signed_in;

-- Plan, with any values:
-- CTE Scan on signed_in
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_pkey on sessions s
--                             Index Cond: (id = $1)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = o.id)
--                       Filter: (disabled_at IS NULL)
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_1.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (id = $4) AND (protocol = $5) AND (o_1.security_stamp <= security_stamp))
--   CTE signed_in
--     ->  CTE Scan on session
--           Filter: (stage = 'signed_in'::text)
--   CTE raised
--     ->  Update on accounts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on signed_in f_1
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_1.account_id)
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on raised f_2
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (id <> $10))
--   CTE carried_over
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 Join Filter: ((f_3.account_id = s_3.account_id) AND ((f_3.security_stamp - 1) = s_3.security_stamp))
--                 ->  Index Scan using sessions_pkey on sessions s_3
--                       Index Cond: (id = $11)
--                       Filter: (ended_at IS NULL)
--                 ->  CTE Scan on raised f_3
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on signed_in signed_in_1
