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
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $11::bigint, f.account_id, $12, $13::text, $14, jsonb_build_array(jsonb_build_object('method', $15::text, 'at', $16::text)), $17, $18,
      $19::timestamptz, CASE WHEN ($20::text) = 'signed_in' THEN $21::timestamptz END, $22::timestamptz,
      CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz ELSE $25::timestamptz END, $26,
      $27::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $28::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $29::timestamptz,
      status = CASE WHEN a.expires_at <= $30::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $31 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $32 AND a.session_id IS NULL AND a.kind = $33 AND a.method = $34 AND (a.status = 'open' AND a.expires_at > $35::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($36::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $37::bigint, $38, $39, $40, $41, $42,
          f.subject, f.account_id, f.session_id, $43, $44,
          $45::smallint, $46::timestamptz, $47::timestamptz,
          $48::bigint, $49::bigint,
          $50::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($51::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $52::bigint, $53::bigint, r.account_id, $54,
      $55, r.address, r.language, $56, $57::timestamptz, $58::timestamptz,
      $59::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($60::text[])
        ORDER BY array_position($61::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $62::bigint, $63::timestamptz, $64, outcome, $65, account_id, session_id, attempt_id,
      $66, $67, $68
    FROM opened RETURNING id)
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
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on held f
--   CTE opened
--     ->  CTE Scan on session
--           InitPlan 8
--             ->  Append
--                   ->  CTE Scan on standing standing_1
--                         Filter: (status = 'open'::text)
--                   ->  Result
--                         One-Time Filter: (NOT (InitPlan 7).col1)
--                         InitPlan 7
--                           ->  CTE Scan on standing
--   CTE closed
--     ->  Update on attempts a_1
--           InitPlan 10
--             ->  CTE Scan on candidate candidate_1
--           InitPlan 11
--             ->  CTE Scan on candidate candidate_2
--           ->  Index Scan using attempts_account on attempts a_1
--                 Index Cond: (account_id = (InitPlan 10).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $31) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 11).col1) OR (protocol <> $32) OR (session_id IS NOT NULL) OR (kind <> $33) OR (method <> $34) OR (status <> 'open'::text) OR (expires_at <= $35) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($36)) AND (NOT EXISTS(SubPlan 12)))))
--                 SubPlan 12
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 14).col1)
--           InitPlan 14
--             ->  CTE Scan on standing standing_2
--           ->  Nested Loop
--                 ->  CTE Scan on candidate c
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_1
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on opening f_2
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".key
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Sort
--                                         Sort Key: (array_position($61, password_failures_1.key))
--                                         ->  Index Scan using password_failures_pkey on password_failures password_failures_1
--                                               Index Cond: (key = ANY ($60))
--                 ->  Index Scan using password_failures_pkey on password_failures
--                       Index Cond: (key = "ANY_subquery".key)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on opened opened_1
