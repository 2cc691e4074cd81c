-- RegistrationService.registerOpenly

WITH created AS (
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES ($1::bigint, NULL::text, $2, $3,
      $4, $5, $6::timestamptz, $7::timestamptz, $8::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
starting AS (
        SELECT account_id, security_stamp, 'signed_in' AS stage FROM created
        WHERE $9::boolean),
surplus AS (
    UPDATE sessions SET ended_at = $10::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $11::timestamptz DESC,
            l.client_address = $12, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $13::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $14::int ELSE $15::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $16::bigint, f.account_id, $17, f.stage, $18, jsonb_build_array(jsonb_build_object('method', $19::text, 'at', $20::text)), $21, $22,
      $23::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
registered AS (
        SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password, 'created' AS outcome,
          NULL::bigint AS attempt_id
        FROM created c LEFT JOIN session s ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $30::bigint, $31::timestamptz, $32, v.outcome, $33, v.account_id, v.session_id, v.attempt_id,
      $34, $35, $36, CASE WHEN (v.outcome = ANY($37::text[])
    OR (v.account_id IS NULL AND $38::text <> ALL($39::text[]))) THEN $40::text || md5(concat_ws(' ', $41::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $42::text END
    FROM registered v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM registered;

-- Plan, with any values:
-- CTE Scan on registered
--   CTE created
--     ->  Insert on accounts a
--           ->  Result
--   CTE starting
--     ->  Result
--           One-Time Filter: $9
--           ->  CTE Scan on created
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $14 ELSE $15 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $11)), ((l.client_address = $12)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($13)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $11)) DESC, ((l.client_address = $12)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($13)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on starting f
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
--                 ->  CTE Scan on starting f_1
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE registered
--     ->  Nested Loop Left Join
--           ->  CTE Scan on created c
--           ->  CTE Scan on session s_1
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on registered v
