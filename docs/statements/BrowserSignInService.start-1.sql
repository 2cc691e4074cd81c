-- BrowserSignInService.start

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $3::bigint AND b.token_hash = $4 AND b.expires_at > $5::timestamptz FOR UPDATE),
claimed AS (
      UPDATE browser_attempts a SET account_id = f.account_id, subject = f.account_id::text FROM browser b, held f
      WHERE a.id = $6::bigint AND a.browser_session_id = b.browser_session_id AND a.account_id IS NULL
        AND a.expires_at > $7::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      RETURNING a.id, a.subject, a.account_id, NULL::bigint AS session_id),
owner AS (SELECT h.* FROM held h WHERE EXISTS (SELECT FROM claimed)),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN owner f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, b.browser_session_id, $31::bigint, f.security_stamp
    FROM owner f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $32::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $33, previous_token_hash = b.token_hash,
        rotated_at = $34::timestamptz, expires_at = $35::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $36::timestamptz, end_reason = 'replaced' FROM session p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[])
    OR (v.account_id IS NULL AND $45::text <> ALL($46::text[]))) THEN $47::text || md5(concat_ws(' ', $48::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $49::text END
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
--   CTE claimed
--     ->  Update on browser_attempts a
--           ->  Nested Loop
--                 ->  Nested Loop Anti Join
--                       ->  Nested Loop
--                             Join Filter: (b_1.browser_session_id = a.browser_session_id)
--                             ->  Index Scan using browser_attempts_pkey on browser_attempts a
--                                   Index Cond: (id = $6)
--                                   Filter: ((account_id IS NULL) AND (expires_at > $7))
--                             ->  CTE Scan on browser b_1
--                       ->  Index Scan using sessions_browser_attempt on sessions s
--                             Index Cond: (browser_attempt_id = $6)
--                 ->  CTE Scan on held f
--   CTE owner
--     ->  Result
--           One-Time Filter: (InitPlan 4).col1
--           InitPlan 4
--             ->  CTE Scan on claimed
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $12 ELSE $13 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $9)), ((l.client_address = $10)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($11)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $9)) DESC, ((l.client_address = $10)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($11)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on owner f_1
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_1.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s_1
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on owner f_2
--                       ->  CTE Scan on browser b_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE rotated
--     ->  Update on browser_sessions b_3
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on browser l_1
--                       ->  Index Scan using browser_sessions_pkey on browser_sessions b_3
--                             Index Cond: (id = l_1.browser_session_id)
--                 ->  CTE Scan on session p
--   CTE replaced
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 Join Filter: ((s_2.id <> p_1.session_id) AND (p_1.account_id = s_2.account_id))
--                 ->  Nested Loop
--                       ->  CTE Scan on browser b_4
--                       ->  Index Scan using sessions_browser on sessions s_2
--                             Index Cond: (browser_session_id = b_4.browser_session_id)
--                             Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text))
--                 ->  CTE Scan on session p_1
--                       Filter: (stage = 'signed_in'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
