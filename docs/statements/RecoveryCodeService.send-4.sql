-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = ANY($1::text[]) AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true ORDER BY array_position($6::text[], email) LIMIT 1 FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $7::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $8 AND NOT (w.next_at <= $9::timestamptz AND (w.window_ends_at <= $10::timestamptz
      OR w.sent < coalesce($11::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $12::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $13, $14::timestamptz, 1, $15::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $16::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $17::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $18::timestamptz AND (w.window_ends_at <= $19::timestamptz
      OR w.sent < coalesce($20::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $21::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $22, $23::timestamptz, 1, $24::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $25::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $26::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $30::bigint, $31, $32, $33, $34, $35,
          f.subject, f.account_id, f.session_id, $36, $37,
          $38::smallint, $39::timestamptz, $40::timestamptz,
          $41::bigint, $42::bigint,
          $43::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($45::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $46),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $47::bigint, $48::bigint, r.account_id, $49,
      $50, r.address, r.language, $51, $52::timestamptz, $53::timestamptz,
      $54::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $55),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $56::bigint, $57::bigint, r.account_id, $58,
      $59, r.address, r.language, $60, $61::timestamptz, $62::timestamptz,
      $63::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $64::bigint, $65::timestamptz, $66, v.outcome, $67, v.account_id, v.session_id, v.attempt_id,
      $68, $69, $70, CASE WHEN (v.outcome = ANY($71::text[]) OR (v.account_id IS NULL AND $72::text <> 'cli')) THEN md5(concat_ws(' ', $73::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE known
--     ->  Limit
--           ->  LockRows
--                 ->  Sort
--                       Sort Key: (array_position($6, accounts.email))
--                       ->  Index Scan using accounts_email_key on accounts
--                             Index Cond: (email = ANY ($1))
--                             Filter: ((disabled_at IS NULL) AND (($2 IS NULL) OR (NOT (org_id IS DISTINCT FROM $3))) AND (($4 IS NULL) OR (NOT (tenant_id IS DISTINCT FROM $5))))
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE free
--     ->  CTE Scan on subject f_1
--           Filter: (NOT (ANY (subject = (hashed SubPlan 3).col1)))
--           SubPlan 3
--             ->  Nested Loop
--                   ->  CTE Scan on subject f
--                   ->  Index Scan using send_windows_pkey on send_windows w
--                         Index Cond: ((subject = f.subject) AND (purpose = $8))
--                         Filter: ((next_at > $9) OR ((window_ends_at > $10) AND (sent >= COALESCE($11, (sent + 1)))))
--   CTE window_taken_2
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $18) AND ((w_1.window_ends_at <= $19) OR (w_1.sent < COALESCE($20, (w_1.sent + 1)))))
--           ->  CTE Scan on free f_2
--   CTE window_taken
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $27) AND ((w_2.window_ends_at <= $28) OR (w_2.sent < COALESCE($29, (w_2.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_3.subject || ' from '::text) || $21) = window_taken_2.subject)
--                 ->  CTE Scan on free f_3
--                 ->  CTE Scan on window_taken_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s.subject = window_taken.subject)
--           ->  CTE Scan on subject s
--           ->  CTE Scan on window_taken
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on allowed f_4
--   CTE recipient
--     ->  Nested Loop
--           ->  CTE Scan on allowed f_5
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_5.account_id)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on subject s_1
--                 ->  CTE Scan on attempt a_1
--           ->  CTE Scan on recipient r
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  CTE Scan on recipient
--                 Filter: ((address IS NOT NULL) AND (channel = $46))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  CTE Scan on recipient recipient_1
--                 Filter: ((address IS NOT NULL) AND (channel = $55))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
