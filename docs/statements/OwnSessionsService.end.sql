-- OwnSessionsService.end

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
ended AS (
    UPDATE sessions s SET ended_at = $7::timestamptz, end_reason = $8 FROM signed_in f
    WHERE s.account_id = f.account_id AND s.id::text = $9 AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > $10::timestamptz RETURNING s.id AS session_id, s.account_id),
verdict AS (
        SELECT CASE WHEN e.session_id IS NULL THEN 'absent' ELSE 'ended' END AS outcome, s.account_id,
          coalesce(e.session_id, s.session_id) AS session_id, NULL::bigint AS attempt_id
        FROM signed_in s LEFT JOIN ended e ON true),
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
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
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
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on signed_in f_1
--                 ->  Index Scan using sessions_account on sessions s_2
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $10) AND (stage = 'signed_in'::text) AND ((id)::text = $9))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  CTE Scan on signed_in s_3
--           ->  CTE Scan on ended e
--   CTE audited
--     ->  Insert on audit_events e_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
