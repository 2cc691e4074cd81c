-- RecoveryInitService.vouched

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
held AS (SELECT account_id, security_stamp FROM subject WHERE account_id IS NOT NULL),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN candidate f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $7::bigint, $8, $9, $10, $11, $12,
          f.subject, f.account_id, f.session_id, $13, $14,
          $15::smallint, $16::timestamptz, $17::timestamptz,
          $18::bigint, $19::bigint,
          $20::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
verdict AS (
    SELECT CASE WHEN s.account_id IS NULL THEN 'absent' ELSE 'vouched' END AS outcome, s.account_id, NULL::bigint AS session_id,
      o.id AS attempt_id FROM subject s LEFT JOIN attempt o ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $21::bigint, $22::timestamptz, $23, v.outcome, $24, v.account_id, v.session_id, v.attempt_id,
      $25, $26, $27, CASE WHEN (v.outcome = ANY($28::text[])
    OR (v.account_id IS NULL AND $29::text <> ALL($30::text[]))) THEN $31::text || md5(concat_ws(' ', $32::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $33::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT holder FROM key_holder) AS holder) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_prefix on accounts
--                 Index Cond: (email = $1)
--                 Filter: ((disabled_at IS NULL) AND (($2 IS NULL) OR (NOT (org_id IS DISTINCT FROM $3))) AND (($4 IS NULL) OR (NOT (tenant_id IS DISTINCT FROM $5))))
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE candidate
--     ->  CTE Scan on subject
--           Filter: (account_id IS NOT NULL)
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on candidate f
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on subject s
--                 ->  CTE Scan on attempt o
--   InitPlan 7
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_1.purpose, attempt_1.method
--                 ->  CTE Scan on attempt attempt_1
--   InitPlan 9
--     ->  Nested Loop
--           InitPlan 8
--             ->  Aggregate
--                   ->  Subquery Scan on k_1
--                         ->  Sort
--                               Sort Key: c.id
--                               ->  Nested Loop
--                                     ->  CTE Scan on candidate f_1
--                                     ->  Index Scan using credentials_account on credentials c
--                                           Index Cond: (account_id = f_1.account_id)
--                                           Filter: (revoked_at IS NULL)
--           ->  CTE Scan on candidate f_2
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_2.account_id)
--                 Filter: (disabled_at IS NULL)
