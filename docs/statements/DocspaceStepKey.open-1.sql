-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN fresh f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $31::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $32::bigint, $33::timestamptz, $34, v.outcome, $35, v.account_id, v.session_id, v.attempt_id,
      $36, $37, $38, CASE WHEN (v.outcome = ANY($39::text[])
    OR (v.account_id IS NULL AND $40::text <> ALL($41::text[]))) THEN $42::text || md5(concat_ws(' ', $43::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $44::text END
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
--   CTE fresh
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on held f
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s
--                       Index Cond: (account_id = o.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (signed_in_at > $7) AND (token_hash = $3) AND (protocol = $4) AND (stage = $5) AND (o.security_stamp <= security_stamp))
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
--                                                                       ->  CTE Scan on fresh f_1
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
--                 ->  CTE Scan on fresh f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE verdict
--     ->  CTE Scan on session
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
