-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $3 AND a.session_id IS NULL AND a.kind = $4 AND a.method = $5 AND a.purpose = $6
      AND ((a.status = 'open' AND a.expires_at > $7::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $9::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $10::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $11::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $12::timestamptz DESC,
            l.client_address = $13, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $14::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $15::int ELSE $16::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $17::bigint, f.account_id, $18, $19::text, $20, jsonb_build_array(jsonb_build_object('method', $21::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz END, $28::timestamptz,
      CASE WHEN ($29::text) = 'signed_in' THEN $30::timestamptz ELSE $31::timestamptz END, $32,
      $33::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $34::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $35::timestamptz,
      status = CASE WHEN a.expires_at <= $36::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $37 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $38 AND a.session_id IS NULL AND a.kind = $39 AND a.method = $40 AND (a.status = 'open' AND a.expires_at > $41::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($42::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($57::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $58::bigint, $59::bigint, r.account_id, $60,
      $61, r.address, r.language, $62, $63::timestamptz, $64::timestamptz,
      $65::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($66::text[])
        ORDER BY array_position($67::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $68::bigint, $69::timestamptz, $70, v.outcome, $71, v.account_id, v.session_id, v.attempt_id,
      $72, $73, $74, CASE WHEN (v.outcome = ANY($75::text[]) OR (v.account_id IS NULL AND $76::text <> 'cli')) THEN md5(concat_ws(' ', $77::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE candidate
--     ->  CTE Scan on held
--   CTE standing
--     ->  Limit
--           InitPlan 3
--             ->  CTE Scan on candidate
--           ->  Sort
--                 Sort Key: a.id DESC
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = (InitPlan 3).col1)
--                       Filter: ((session_id IS NULL) AND (protocol = $3) AND (kind = $4) AND (method = $5) AND (purpose = $6) AND (((status = 'open'::text) AND (expires_at > $7) AND ((account_id IS NULL) OR (purpose = ANY ($8)) OR EXISTS(SubPlan 4))) OR ((status = 'exhausted'::text) AND (expires_at > $9))))
--                       SubPlan 4
--                         ->  Index Scan using accounts_pkey on accounts o
--                               Index Cond: (id = a.account_id)
--                               Filter: (security_stamp <= a.security_stamp)
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
--                                                                       ->  CTE Scan on held f
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
--                 ->  CTE Scan on held f_1
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE opened
--     ->  CTE Scan on session
--           InitPlan 9
--             ->  Append
--                   ->  CTE Scan on standing standing_1
--                         Filter: (status = 'open'::text)
--                   ->  Result
--                         One-Time Filter: (NOT (InitPlan 8).col1)
--                         InitPlan 8
--                           ->  CTE Scan on standing
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 11
--             ->  CTE Scan on candidate candidate_1
--           InitPlan 12
--             ->  CTE Scan on candidate candidate_2
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 11).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $37) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 12).col1) OR (protocol <> $38) OR (session_id IS NOT NULL) OR (kind <> $39) OR (method <> $40) OR (status <> 'open'::text) OR (expires_at <= $41) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($42)) AND (NOT EXISTS(SubPlan 13)))))
--                 SubPlan 13
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 15).col1)
--           InitPlan 15
--             ->  CTE Scan on standing standing_2
--           ->  Nested Loop
--                 ->  CTE Scan on candidate c
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on opening f_3
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery_1".key
--                       ->  Subquery Scan on "ANY_subquery_1"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($67, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($66))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery_1".key)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
