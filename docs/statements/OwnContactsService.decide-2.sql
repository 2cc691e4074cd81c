-- OwnContactsService.decide

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
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
owner_2 AS (
    SELECT email AS address, language, id AS account_id FROM accounts
    WHERE accounts.email = $10 AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND true ),
other AS (SELECT o.* FROM owner_2 o JOIN fresh s ON s.account_id <> o.account_id),
free AS (SELECT s.* FROM fresh s WHERE NOT ($11::boolean AND EXISTS (SELECT FROM other))),
noted_contact AS (
    INSERT INTO contact_changes AS c (account_id, method, id, address, attempt_id, expires_at)
    SELECT f.account_id, $12, $13::bigint, $14, $15::bigint, $16::timestamptz FROM free f
    ON CONFLICT (account_id, method) DO UPDATE SET id = excluded.id, address = excluded.address, attempt_id = excluded.attempt_id,
      expires_at = excluded.expires_at
    RETURNING c.account_id, c.id::text AS id, c.method AS channel, c.address, c.attempt_id),
decided AS (SELECT CASE WHEN NOT EXISTS (SELECT FROM fresh) THEN 'stale' WHEN ($17::boolean AND EXISTS (SELECT FROM other)) THEN 'taken' END AS refusal, r.* FROM (VALUES (1)) one LEFT JOIN noted_contact r ON true),
verdict AS (
        SELECT coalesce(CASE WHEN NOT EXISTS (SELECT FROM fresh) THEN 'stale' WHEN ($18::boolean AND EXISTS (SELECT FROM other)) THEN 'taken' END, 'done') AS outcome, $19::bigint AS account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $20::bigint, $21::timestamptz, $22, v.outcome, $23, v.account_id, v.session_id, v.attempt_id,
      $24, $25, $26, CASE WHEN (v.outcome = ANY($27::text[])
    OR (v.account_id IS NULL AND $28::text <> ALL($29::text[]))) THEN $30::text || md5(concat_ws(' ', $31::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $32::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM decided;

-- Plan, with any values:
-- Nested Loop Left Join
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
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--   CTE other
--     ->  Nested Loop
--           Join Filter: (s_2.account_id <> accounts.id)
--           ->  Index Scan using accounts_email_prefix on accounts
--                 Index Cond: (email = $10)
--                 Filter: ((activated_at IS NOT NULL) OR (invited_at IS NOT NULL))
--           ->  CTE Scan on fresh s_2
--   CTE noted_contact
--     ->  Insert on contact_changes c
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: contact_changes_pkey
--           InitPlan 5
--             ->  CTE Scan on other
--           ->  Result
--                 One-Time Filter: ((NOT $11) OR (NOT (InitPlan 5).col1))
--                 ->  CTE Scan on fresh s_3
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           InitPlan 7
--             ->  CTE Scan on fresh
--           InitPlan 8
--             ->  CTE Scan on other other_1
--           InitPlan 9
--             ->  CTE Scan on fresh fresh_1
--           InitPlan 10
--             ->  CTE Scan on other other_2
--           InitPlan 11
--             ->  CTE Scan on fresh fresh_2
--           InitPlan 12
--             ->  CTE Scan on other other_3
--           ->  Result
--   InitPlan 14
--     ->  CTE Scan on fresh fresh_3
--   InitPlan 15
--     ->  CTE Scan on other other_4
--   ->  Result
--   ->  CTE Scan on noted_contact r
