-- LoginService.login

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) FOR UPDATE OF b),
held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $6::bigint AND disabled_at IS NULL AND security_stamp = $7::int FOR SHARE),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $8::bigint AND c.revoked_at IS NULL FOR UPDATE),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN held f USING (account_id)
      WHERE t.secret_sealed = $9::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $10::bigint > h.sign_count OR ($11::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $13::bigint > h.sign_count OR ($14::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $16::bigint > h.sign_count OR ($17::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce($18::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $22::int)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
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
accepted AS (
      UPDATE totp_factors t SET last_step = $28::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
counted AS (
    UPDATE credentials c SET sign_count = $29::bigint FROM held_credential h, verdict v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $30::bigint, f.account_id, $31, $32::text, $33, jsonb_build_array(jsonb_build_object('method', $34::text, 'at', $35::text)), $36, $37,
      $38::timestamptz, CASE WHEN ($39::text) = 'signed_in' THEN $40::timestamptz END, $41::timestamptz,
      CASE WHEN ($42::text) = 'signed_in' THEN $43::timestamptz ELSE $44::timestamptz END, $45,
      $46::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM redeemed f
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $47::bigint, $48::timestamptz, $49, outcome, $50, account_id, session_id, attempt_id,
      $51, $52, $53
    FROM verdict RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- Plan, with any values:
-- Result
--   CTE target
--     ->  Limit
--           ->  Result
--                 ->  Sort
--                       Sort Key: a.id DESC
--                       ->  Index Scan using attempts_challenge on attempts a
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
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $6)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $7))
--   CTE held_credential
--     ->  LockRows
--           ->  Index Scan using credentials_pkey on credentials c
--                 Index Cond: (id = $8)
--                 Filter: (revoked_at IS NULL)
--   CTE factor
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_1
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (secret_sealed = $9)
--   CTE guess
--     ->  Update on attempts a_1
--           InitPlan 7
--             ->  CTE Scan on held
--           InitPlan 8
--             ->  CTE Scan on held_credential h
--           InitPlan 9
--             ->  CTE Scan on factor
--           InitPlan 10
--             ->  CTE Scan on held held_1
--           InitPlan 11
--             ->  CTE Scan on held_credential h_1
--           InitPlan 12
--             ->  CTE Scan on factor factor_1
--           InitPlan 13
--             ->  CTE Scan on held held_2
--           InitPlan 14
--             ->  CTE Scan on held_credential h_2
--           InitPlan 15
--             ->  CTE Scan on factor factor_2
--           ->  Nested Loop
--                 Join Filter: ((a_1.kind = 'link'::text) OR (b_1.spent < $22))
--                 ->  Nested Loop
--                       Join Filter: ((t_2.subject = b_1.subject) AND (t_2.factor = b_1.factor))
--                       ->  CTE Scan on target t_2
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_1
--                       Index Cond: (id = t_2.id)
--                       Filter: ((expires_at > $21) AND (tries_left > 0) AND (kind = $20) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_3
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
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
--   CTE accepted
--     ->  Update on totp_factors t_4
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_4
--                       Index Cond: (account_id = v.account_id)
--   CTE counted
--     ->  Update on credentials c_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on held_credential h_3
--                       ->  Index Scan using credentials_pkey on credentials c_1
--                             Index Cond: (id = h_3.id)
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--   CTE session
--     ->  Insert on sessions
--           ->  CTE Scan on verdict
--                 Filter: (outcome = 'redeemed'::text)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
--   InitPlan 24
--     ->  CTE Scan on verdict verdict_2
