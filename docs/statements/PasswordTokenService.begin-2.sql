-- PasswordTokenService.begin

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
starting AS (SELECT account_id, security_stamp, $3::text AS stage FROM held),
surplus AS (
    UPDATE sessions SET ended_at = $4::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $5::timestamptz DESC,
            l.client_address = $6, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $7::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $8::int ELSE $9::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $10::bigint, f.account_id, $11, f.stage, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $24::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $25::bigint, $26, $27, $28, $29, $30,
          f.subject, f.account_id, f.session_id, $31, $32,
          $33::smallint, $34::timestamptz, $35::timestamptz,
          $36::bigint, $37::bigint,
          $38::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($39::text[])
        ORDER BY array_position($40::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $41::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $42::bigint, $43::timestamptz, $44, v.outcome, $45, v.account_id, v.session_id, v.attempt_id,
      $46, $47, $48, CASE WHEN (v.outcome = ANY($49::text[])
    OR (v.account_id IS NULL AND $50::text <> ALL($51::text[]))) THEN $52::text || md5(concat_ws(' ', $53::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $54::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM with_account) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE starting
--     ->  CTE Scan on held
--   CTE surplus
--     ->  Update on sessions
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".id
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Nested Loop
--                                         ->  HashAggregate
--                                               Group Key: r.id
--                                               ->  Subquery Scan on r
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $8 ELSE $9 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $5)), ((l.client_address = $6)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($7)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $5)) DESC, ((l.client_address = $6)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($7)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on starting f_1
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_1.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on starting f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on session f_3
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery_1".key
--                       ->  Subquery Scan on "ANY_subquery_1"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($40, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($39))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery_1".key)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on session
--   InitPlan 9
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_1.purpose, attempt_1.method
--                 ->  CTE Scan on attempt attempt_1
--   ->  Result
--   ->  Nested Loop
--         ->  CTE Scan on session f
--         ->  Index Scan using accounts_pkey on accounts a
--               Index Cond: (id = f.account_id)
--               Filter: (disabled_at IS NULL)
