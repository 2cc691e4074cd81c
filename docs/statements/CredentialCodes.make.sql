-- CredentialCodes.make

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
spent_challenge AS (
      UPDATE attempts a SET status = 'consumed', closed_at = $10::timestamptz FROM fresh f
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($11::text[]) AND a.protocol = $12 AND a.purpose = $13 AND a.session_id = f.session_id AND (a.status = 'open' AND a.expires_at > $14::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($15::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))
      RETURNING a.id, a.purpose, a.method, a.status),
held AS (SELECT f.account_id, f.security_stamp FROM fresh f WHERE EXISTS (SELECT FROM spent_challenge)),
verdict AS (
    SELECT CASE WHEN f.session_id IS NULL THEN 'stale' WHEN d.account_id IS NULL THEN 'absent' ELSE $16::text END AS outcome,
      s.account_id, s.session_id, NULL::bigint AS attempt_id
    FROM session s LEFT JOIN fresh f ON true LEFT JOIN held d ON true),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $17::bigint, $18, $19, $20, $21, $22,
          f.subject, f.account_id, f.session_id, $23, $24,
          $25::smallint, $26::timestamptz, $27::timestamptz,
          $28::bigint, $29::bigint,
          $30::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $31::bigint, $32::timestamptz, $33, v.outcome, $34, v.account_id, v.session_id, v.attempt_id,
      $35, $36, $37, CASE WHEN (v.outcome = ANY($38::text[])
    OR (v.account_id IS NULL AND $39::text <> ALL($40::text[]))) THEN $41::text || md5(concat_ws(' ', $42::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $43::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_challenge GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM verdict) rows) answer ON true;

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
--   CTE spent_challenge
--     ->  Update on attempts a_2
--           ->  Nested Loop
--                 Join Filter: (f_1.session_id = a_2.session_id)
--                 ->  Index Scan using attempts_challenge on attempts a_2
--                       Index Cond: (secret_hash = ANY ($11))
--                       Filter: ((expires_at > $14) AND (kind = 'challenge'::text) AND (protocol = $12) AND (purpose = $13) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($15)) OR EXISTS(SubPlan 4)))
--                       SubPlan 4
--                         ->  Index Scan using accounts_pkey on accounts o_2
--                               Index Cond: (id = a_2.account_id)
--                               Filter: (security_stamp <= a_2.security_stamp)
--                 ->  CTE Scan on fresh f_1
--   CTE held
--     ->  Result
--           One-Time Filter: (InitPlan 6).col1
--           InitPlan 6
--             ->  CTE Scan on spent_challenge
--           ->  CTE Scan on fresh f_2
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on session s_2
--                 ->  CTE Scan on fresh f_3
--           ->  CTE Scan on held d
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on held
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 12
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: spent_challenge_1.purpose, spent_challenge_1.method, spent_challenge_1.status
--                             ->  CTE Scan on spent_challenge spent_challenge_1
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: attempt_1.purpose, attempt_1.method
--                             ->  CTE Scan on attempt attempt_1
--   ->  Result
--   ->  CTE Scan on verdict
