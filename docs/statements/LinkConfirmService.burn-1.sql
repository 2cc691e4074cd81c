-- LinkConfirmService.burn

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'link' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $6::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $7 AND a.status = 'open' AND a.expires_at > $8::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $9::int)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_in_browser AS (
    SELECT v.account_id, v.security_stamp, v.method, a.browser_session_id, a.browser_attempt_id
    FROM verdict v JOIN attempts a ON a.id = v.attempt_id
    WHERE v.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL),
entering AS (
    SELECT f.*, a.second_factor FROM proven_in_browser f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND a.second_factor <> f.method),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $13::bigint, f.account_id, $14, CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END, $15, jsonb_build_array(jsonb_build_object('method', f.method::text, 'at', $16::text)), $17, $18,
      $19::timestamptz, CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $20::timestamptz END, $21::timestamptz,
      CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, f.browser_session_id, f.browser_attempt_id, f.security_stamp
    FROM entering f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $26::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $27::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $28::bigint, $29::timestamptz, $30, outcome, $31, account_id, session_id, attempt_id,
      $32, $33, $34
    FROM verdict RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM session) AS done;

-- Plan, with any values:
-- Result
--   CTE target
--     ->  Limit
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_link on attempts a
--                             Index Cond: (secret_hash = ANY ($2))
--                             Filter: (purpose = $3)
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a.account_id)
--                         Filter: (security_stamp <= a.security_stamp)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target t
--                 ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                       Index Cond: ((subject = t.subject) AND (factor = t.factor))
--   CTE guess
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $9))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $8) AND (tries_left > 0) AND (kind = $7) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE session
--     ->  Insert on sessions
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on verdict v
--                             Filter: (outcome = 'redeemed'::text)
--                       ->  Index Scan using attempts_pkey on attempts a_3
--                             Index Cond: (id = v.attempt_id)
--                             Filter: ((browser_session_id IS NOT NULL) AND (session_id IS NULL) AND (purpose = 'sign_in'::text))
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = v.account_id)
--                       Filter: ((disabled_at IS NULL) AND (second_factor <> v.method))
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l.subject) AND (g_1.factor = l.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l
--   CTE superseded
--     ->  Update on attempts o_1
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_1
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict
--   InitPlan 10
--     ->  CTE Scan on verdict verdict_1
--   InitPlan 11
--     ->  CTE Scan on session
