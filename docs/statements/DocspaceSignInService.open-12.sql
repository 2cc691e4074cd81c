-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $5 AND a.session_id IS NULL AND a.kind = $6 AND a.method = $7 AND a.purpose = $8
      AND ((a.status = 'open' AND a.expires_at > $9::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($10::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $11::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $12::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $13::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $14::timestamptz DESC,
            l.client_address = $15, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $16::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $17::int ELSE $18::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $19::bigint, f.account_id, $20, $21::text, $22, jsonb_build_array(jsonb_build_object('method', $23::text, 'at', $24::text)), $25, $26,
      $27::timestamptz, CASE WHEN ($28::text) = 'signed_in' THEN $29::timestamptz END, $30::timestamptz,
      CASE WHEN ($31::text) = 'signed_in' THEN $32::timestamptz ELSE $33::timestamptz END, $34,
      $35::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $36::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $37::timestamptz,
      status = CASE WHEN a.expires_at <= $38::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $39 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND (a.status = 'open' AND a.expires_at > $43::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($44::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($59::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $60::bigint, $61::bigint, r.account_id, $62,
      $63, r.address, r.language, $64, $65::timestamptz, $66::timestamptz,
      $67::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
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
--   CTE candidate
--     ->  CTE Scan on held
--   CTE standing
--     ->  Limit
--           InitPlan 4
--             ->  CTE Scan on candidate
--           ->  Sort
--                 Sort Key: a.id DESC
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = (InitPlan 4).col1)
--                       Filter: ((session_id IS NULL) AND (protocol = $5) AND (kind = $6) AND (method = $7) AND (purpose = $8) AND (((status = 'open'::text) AND (expires_at > $9) AND ((account_id IS NULL) OR (purpose = ANY ($10)) OR EXISTS(SubPlan 5))) OR ((status = 'exhausted'::text) AND (expires_at > $11))))
--                       SubPlan 5
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $17 ELSE $18 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $14)), ((l.client_address = $15)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($16)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $14)) DESC, ((l.client_address = $15)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($16)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
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
--           InitPlan 10
--             ->  Append
--                   ->  CTE Scan on standing standing_1
--                         Filter: (status = 'open'::text)
--                   ->  Result
--                         One-Time Filter: (NOT (InitPlan 9).col1)
--                         InitPlan 9
--                           ->  CTE Scan on standing
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 12
--             ->  CTE Scan on candidate candidate_1
--           InitPlan 13
--             ->  CTE Scan on candidate candidate_2
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 12).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $39) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 13).col1) OR (protocol <> $40) OR (session_id IS NOT NULL) OR (kind <> $41) OR (method <> $42) OR (status <> 'open'::text) OR (expires_at <= $43) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($44)) AND (NOT EXISTS(SubPlan 14)))))
--                 SubPlan 14
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 16).col1)
--           InitPlan 16
--             ->  CTE Scan on standing standing_2
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
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
