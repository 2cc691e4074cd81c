-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
surplus AS (
    UPDATE sessions SET ended_at = $5::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $6::timestamptz DESC,
            l.client_address = $7, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $8::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $9::int ELSE $10::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $11::bigint, f.account_id, $12, $13::text, $14, jsonb_build_array(jsonb_build_object('method', $15::text, 'at', $16::text)), $17, $18,
      $19::timestamptz, CASE WHEN ($20::text) = 'signed_in' THEN $21::timestamptz END, $22::timestamptz,
      CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz ELSE $25::timestamptz END, $26,
      $27::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $28::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[])
    OR (v.account_id IS NULL AND $37::text <> ALL($38::text[]))) THEN $39::text || md5(concat_ws(' ', $40::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $41::text END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held_2
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (i.account_id = f.account_id)
--                 ->  Index Scan using external_identities_pkey on external_identities i
--                       Index Cond: ((issuer = $3) AND (subject = $4))
--                 ->  CTE Scan on held_2 f
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $9 ELSE $10 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $6)), ((l.client_address = $7)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($8)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $6)) DESC, ((l.client_address = $7)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($8)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on held f_1
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
--                 ->  CTE Scan on held f_2
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE opened
--     ->  CTE Scan on session
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
