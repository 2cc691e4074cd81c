-- RecoveryService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $6::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) OR a.tries_left = 1 THEN $7::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $8 AND a.status = 'open' AND a.expires_at > $9::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $13::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $14::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
replaced AS (
      UPDATE pending_recoveries p SET ended_at = $15::timestamptz, end_reason = 'replaced' FROM redeemed f
      WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id),
postponed AS (
    INSERT INTO pending_recoveries (id, account_id, protocol, credentials, totp_sealed, created_at, due_at)
    SELECT $16::bigint, f.account_id, $17, $18::jsonb, $19,
      $20::timestamptz, $21::timestamptz
    FROM redeemed f, (SELECT count(*) FROM replaced) done RETURNING id),
opening AS (
        SELECT account_id::text AS subject, account_id, NULL::bigint AS session_id, NULL::int AS security_stamp FROM redeemed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $22::bigint, $23, $24, $25, $26, $27,
          f.subject, f.account_id, f.session_id, $28, $29,
          $30::smallint, $31::timestamptz, $32::timestamptz,
          $33::bigint, $34::bigint,
          $35::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $36::bigint, $37::bigint, r.account_id, $38,
      $39, r.address, r.language, $40, $41::timestamptz, $42::timestamptz,
      $43::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $44::bigint, $45::bigint, r.account_id, $46,
      $47, r.address, r.language, $48, $49::timestamptz, $50::timestamptz,
      $51::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $52::bigint, $53::timestamptz, $54, v.outcome, $55, v.account_id, v.session_id, v.attempt_id,
      $56, $57, $58, CASE WHEN (v.outcome = ANY($59::text[]) OR (v.account_id IS NULL AND $60::text <> 'cli')) THEN md5(concat_ws(' ', $61::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
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
--   CTE held_credential
--     ->  LockRows
--           ->  Index Scan using credentials_pkey on credentials c
--                 Index Cond: (id = $6)
--                 Filter: (revoked_at IS NULL)
--   CTE guess
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  Index Scan using attempts_pkey on attempts a_1
--                             Index Cond: (id = t_1.id)
--                             Filter: ((expires_at > $9) AND (tries_left > 0) AND (kind = $8) AND (status = 'open'::text))
--                 ->  CTE Scan on budget b_1
--                 SubPlan 5
--                   ->  CTE Scan on held_credential h
--                         Filter: (account_id = a_1.account_id)
--                 SubPlan 7
--                   ->  CTE Scan on held_credential h_1
--                         Filter: (account_id = a_1.account_id)
--                 SubPlan 9
--                   ->  CTE Scan on held_credential h_2
--                         Filter: (account_id = a_1.account_id)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l.subject) AND (g_1.factor = l.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                             Filter: (status = 'consumed'::text)
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
--   CTE redeemed
--     ->  CTE Scan on verdict
--           Filter: (outcome = 'redeemed'::text)
--   CTE replaced
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE postponed
--     ->  Insert on pending_recoveries
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_1
--                 ->  Aggregate
--                       ->  CTE Scan on replaced
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on redeemed
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_2
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on redeemed f_3
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 23
--     ->  CTE Scan on verdict verdict_1
