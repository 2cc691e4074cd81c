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
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM fresh),
closed AS (
    UPDATE attempts a SET closed_at = $32::timestamptz,
      status = CASE WHEN a.expires_at <= $33::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $34 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $35 AND a.session_id IS NULL AND a.kind = $36 AND a.method = $37 AND (a.status = 'open' AND a.expires_at > $38::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($39::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND a.purpose = $43
      AND ((a.status = 'open' AND a.expires_at > $44::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($45::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $46::timestamptz) ORDER BY a.id DESC LIMIT 1),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $47::bigint, $48, $49, $50, $51, $52,
          f.subject, f.account_id, f.session_id, $53, $54,
          $55::smallint, $56::timestamptz, $57::timestamptz,
          $58::bigint, $59::bigint,
          $60::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($61::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $62::bigint, $63::bigint, r.account_id, $64,
      $65, r.address, r.language, $66, $67::timestamptz, $68::timestamptz,
      $69::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $70::bigint, $71::timestamptz, $72, v.outcome, $73, v.account_id, v.session_id, v.attempt_id,
      $74, $75, $76, CASE WHEN (v.outcome = ANY($77::text[]) OR (v.account_id IS NULL AND $78::text <> 'cli')) THEN md5(concat_ws(' ', $79::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
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
--   CTE candidate
--     ->  CTE Scan on fresh
--   CTE closed
--     ->  Update on attempts a
--           InitPlan 7
--             ->  CTE Scan on candidate
--           InitPlan 8
--             ->  CTE Scan on candidate candidate_1
--           ->  Index Scan using attempts_account on attempts a
--                 Index Cond: (account_id = (InitPlan 7).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $34) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 8).col1) OR (protocol <> $35) OR (session_id IS NOT NULL) OR (kind <> $36) OR (method <> $37) OR (status <> 'open'::text) OR (expires_at <= $38) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($39)) AND (NOT EXISTS(SubPlan 9)))))
--                 SubPlan 9
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 13).col1)
--           InitPlan 13
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 11
--                           ->  CTE Scan on candidate candidate_2
--                         ->  Sort
--                               Sort Key: a_1.id DESC
--                               ->  Index Scan using attempts_account on attempts a_1
--                                     Index Cond: (account_id = (InitPlan 11).col1)
--                                     Filter: ((session_id IS NULL) AND (protocol = $40) AND (kind = $41) AND (method = $42) AND (purpose = $43) AND (((status = 'open'::text) AND (expires_at > $44) AND ((account_id IS NULL) OR (purpose = ANY ($45)) OR EXISTS(SubPlan 12))) OR ((status = 'exhausted'::text) AND (expires_at > $46))))
--                                     SubPlan 12
--                                       ->  Index Scan using accounts_pkey on accounts o_2
--                                             Index Cond: (id = a_1.account_id)
--                                             Filter: (security_stamp <= a_1.security_stamp)
--           ->  Nested Loop
--                 ->  CTE Scan on candidate c
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_3
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on opening f_4
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_4.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
