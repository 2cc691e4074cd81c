-- BrowserSignInService.start

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $3::bigint AND b.token_hash = $4 AND b.expires_at > $5::timestamptz FOR UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $6::bigint, b.browser_session_id, $7, $8, s.subject, s.account_id,
        $9::timestamptz, $10::timestamptz
      FROM browser b CROSS JOIN candidate s RETURNING id, subject, account_id, NULL::bigint AS session_id),
owner AS (SELECT h.* FROM held h WHERE EXISTS (SELECT FROM begun)),
surplus AS (
    UPDATE sessions SET ended_at = $11::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $12::timestamptz DESC,
            l.client_address = $13, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $14::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN owner f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $15::int ELSE $16::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $17::bigint, f.account_id, $18, $19::text, $20, jsonb_build_array(jsonb_build_object('method', $21::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz END, $28::timestamptz,
      CASE WHEN ($29::text) = 'signed_in' THEN $30::timestamptz ELSE $31::timestamptz END, $32,
      $33::timestamptz, b.browser_session_id, $34::bigint, f.security_stamp
    FROM owner f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $35::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($36::text[])
        ORDER BY array_position($37::text[], key) FOR UPDATE) RETURNING key),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $38, previous_token_hash = b.token_hash,
        rotated_at = $39::timestamptz, expires_at = $40::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $41::timestamptz, end_reason = 'replaced' FROM session p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
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
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE browser
--     ->  LockRows
--           ->  Index Scan using browser_sessions_token_hash_key on browser_sessions b
--                 Index Cond: (token_hash = $4)
--                 Filter: ((expires_at > $5) AND (id = $3))
--   CTE begun
--     ->  Insert on browser_attempts
--           ->  Nested Loop
--                 ->  CTE Scan on browser b_1
--                 ->  CTE Scan on held
--   CTE owner
--     ->  Result
--           One-Time Filter: (InitPlan 4).col1
--           InitPlan 4
--             ->  CTE Scan on begun
--           ->  CTE Scan on held h
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $15 ELSE $16 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $12)), ((l.client_address = $13)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($14)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $12)) DESC, ((l.client_address = $13)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($14)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on owner f
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on owner f_1
--                       ->  CTE Scan on browser b_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery_1".key
--                       ->  Subquery Scan on "ANY_subquery_1"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($37, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($36))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery_1".key)
--   CTE rotated
--     ->  Update on browser_sessions b_3
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l_1
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_3
--                             Index Cond: (id = l_1.browser_session_id)
--                 ->  CTE Scan on session p
--   CTE replaced
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 Join Filter: ((s_1.id <> p_1.session_id) AND (p_1.account_id = s_1.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_4
--                       ->  Index Scan using sessions_browser on sessions s_1
--                             Index Cond: (browser_session_id = b_4.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on session p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
