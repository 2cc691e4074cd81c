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
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $8::bigint, f.account_id, $9, $10::text, $11, jsonb_build_array(jsonb_build_object('method', $12::text, 'at', $13::text)), $14, $15,
      $16::timestamptz, CASE WHEN ($17::text) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN ($20::text) = 'signed_in' THEN $21::timestamptz ELSE $22::timestamptz END, $23,
      $24::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $25::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM fresh),
closed AS (
    UPDATE attempts a SET closed_at = $26::timestamptz,
      status = CASE WHEN a.expires_at <= $27::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $28 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $29 AND a.session_id IS NULL AND a.kind = $30 AND a.method = $31 AND (a.status = 'open' AND a.expires_at > $32::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($33::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $34 AND a.session_id IS NULL AND a.kind = $35 AND a.method = $36 AND a.purpose = $37
      AND ((a.status = 'open' AND a.expires_at > $38::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($39::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $40::timestamptz) ORDER BY a.id DESC LIMIT 1),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $41::bigint, $42, $43, $44, $45, $46,
          f.subject, f.account_id, f.session_id, $47, $48,
          $49::smallint, $50::timestamptz, $51::timestamptz,
          $52::bigint, $53::bigint,
          $54::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($55::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $56::bigint, $57::bigint, r.account_id, $58,
      $59, r.address, r.language, $60, $61::timestamptz, $62::timestamptz,
      $63::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $64::bigint, $65::timestamptz, $66, outcome, $67, account_id, session_id, attempt_id,
      $68, $69, $70
    FROM verdict RETURNING id)
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
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on fresh f_1
--   CTE verdict
--     ->  CTE Scan on session
--   CTE candidate
--     ->  CTE Scan on fresh
--   CTE closed
--     ->  Update on attempts a
--           InitPlan 6
--             ->  CTE Scan on candidate
--           InitPlan 7
--             ->  CTE Scan on candidate candidate_1
--           ->  Index Scan using attempts_account on attempts a
--                 Index Cond: (account_id = (InitPlan 6).col1)
--                 Filter: ((session_id IS NULL) AND (protocol = $28) AND (purpose = 'second_factor'::text) AND (kind = 'code'::text) AND (status = 'open'::text) AND ((account_id <> (InitPlan 7).col1) OR (protocol <> $29) OR (session_id IS NOT NULL) OR (kind <> $30) OR (method <> $31) OR (status <> 'open'::text) OR (expires_at <= $32) OR ((account_id IS NOT NULL) AND (purpose <> ALL ($33)) AND (NOT EXISTS(SubPlan 8)))))
--                 SubPlan 8
--                   ->  Index Scan using accounts_pkey on accounts o_1
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE opening
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 12).col1)
--           InitPlan 12
--             ->  Subquery Scan on standing
--                   ->  Limit
--                         InitPlan 10
--                           ->  CTE Scan on candidate candidate_2
--                         ->  Sort
--                               Sort Key: a_1.id DESC
--                               ->  Index Scan using attempts_account on attempts a_1
--                                     Index Cond: (account_id = (InitPlan 10).col1)
--                                     Filter: ((session_id IS NULL) AND (protocol = $34) AND (kind = $35) AND (method = $36) AND (purpose = $37) AND (((status = 'open'::text) AND (expires_at > $38) AND ((account_id IS NULL) OR (purpose = ANY ($39)) OR EXISTS(SubPlan 11))) OR ((status = 'exhausted'::text) AND (expires_at > $40))))
--                                     SubPlan 11
--                                       ->  Index Scan using accounts_pkey on accounts o_2
--                                             Index Cond: (id = a_1.account_id)
--                                             Filter: (security_stamp <= a_1.security_stamp)
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
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
