-- ForgotPasswordService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = ANY($1::text[]) AND disabled_at IS NULL AND activated_at IS NOT NULL ORDER BY array_position($2::text[], email) LIMIT 1 FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $3::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $4 AND NOT (w.next_at <= $5::timestamptz AND (w.window_ends_at <= $6::timestamptz
      OR w.sent < coalesce($7::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $8::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $9, $10::timestamptz, 1, $11::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $12::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $13::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $17::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $18, $19::timestamptz, 1, $20::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $21::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $22::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $23::timestamptz AND (w.window_ends_at <= $24::timestamptz
      OR w.sent < coalesce($25::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM subject s JOIN window_taken USING (subject)),
contact AS (
    SELECT a.id AS account_id, a.security_stamp, a.email, a.phone, a.language,
      CASE WHEN a.second_factor <> 'email' THEN 'email' WHEN a.phone_signs_in AND $26::boolean THEN 'sms' END AS way
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
opening AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $27
    WHERE $28 = coalesce((SELECT way FROM contact), 'email')),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
opening_2 AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $43
    WHERE $44 = coalesce((SELECT way FROM contact), 'email')),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening_2 f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN o.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          o.id AS attempt_id
        FROM subject s LEFT JOIN (SELECT id FROM attempt UNION ALL SELECT id FROM attempt_2) o ON true),
refused_2 AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $59 AND NOT (w.next_at <= $60::timestamptz AND (w.window_ends_at <= $61::timestamptz
      OR w.sent < coalesce($62::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $63::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $64),
of_network_2 AS (SELECT (f.subject || ' from ' || $65::text) AS subject FROM subject f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $66 AND NOT (w.next_at <= $67::timestamptz AND (w.window_ends_at <= $68::timestamptz
      OR w.sent < coalesce($69::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $71),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
budget_row_2 AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt_2
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way = 'email'),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $72::bigint, $73::bigint, r.account_id, $74,
      $75, r.address, r.language, $76, $77::timestamptz, $78::timestamptz,
      $79::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.phone AS address, c.language, c.account_id FROM contact c WHERE way = 'sms'),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $80::bigint, $81::bigint, r.account_id, $82,
      $83, r.address, r.language, $84, $85::timestamptz, $86::timestamptz,
      $87::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way IS DISTINCT FROM 'email'),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $88::bigint, $89::bigint, r.account_id, $90,
      $91, r.address, r.language, $92, $93::timestamptz, $94::timestamptz,
      $95::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $96::bigint, $97::timestamptz, $98, v.outcome, $99, v.account_id, v.session_id, v.attempt_id,
      $100, $101, $102, CASE WHEN (v.outcome = ANY($103::text[]) OR (v.account_id IS NULL AND $104::text <> 'cli')) THEN md5(concat_ws(' ', $105::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- Plan, with any values:
-- Result
--   CTE known
--     ->  Limit
--           ->  LockRows
--                 ->  Sort
--                       Sort Key: (array_position($2, accounts.email))
--                       ->  Index Scan using accounts_email_key on accounts
--                             Index Cond: (email = ANY ($1))
--                             Filter: ((disabled_at IS NULL) AND (activated_at IS NOT NULL))
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
--                         Index Cond: ((subject = f.subject) AND (purpose = $4))
--                         Filter: ((next_at > $5) OR ((window_ends_at > $6) AND (sent >= COALESCE($7, (sent + 1)))))
--   CTE window_taken_2
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $14) AND ((w_1.window_ends_at <= $15) OR (w_1.sent < COALESCE($16, (w_1.sent + 1)))))
--           ->  CTE Scan on free f_2
--   CTE window_taken
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $23) AND ((w_2.window_ends_at <= $24) OR (w_2.sent < COALESCE($25, (w_2.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_3.subject || ' from '::text) || $17) = window_taken_2.subject)
--                 ->  CTE Scan on free f_3
--                 ->  CTE Scan on window_taken_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s.subject = window_taken.subject)
--           ->  CTE Scan on subject s
--           ->  CTE Scan on window_taken
--   CTE contact
--     ->  Nested Loop
--           ->  CTE Scan on allowed f_4
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_4.account_id)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 9
--             ->  CTE Scan on contact
--           ->  Result
--                 One-Time Filter: ($28 = COALESCE((InitPlan 9).col1, 'email'::text))
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on allowed a_1
--                       ->  CTE Scan on contact c
--                             Filter: (way = $27)
--   CTE attempt_2
--     ->  Insert on attempts attempts_1
--           InitPlan 11
--             ->  CTE Scan on contact contact_1
--           ->  Result
--                 One-Time Filter: ($44 = COALESCE((InitPlan 11).col1, 'email'::text))
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on allowed a_2
--                       ->  CTE Scan on contact c_1
--                             Filter: (way = $43)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  CTE Scan on subject s_1
--           ->  Append
--                 ->  CTE Scan on attempt
--                 ->  CTE Scan on attempt_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt attempt_1
--   CTE budget_row_2
--     ->  Insert on guess_budgets guess_budgets_1
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt_2 attempt_2_1
--   CTE message
--     ->  Insert on messages
--           ->  CTE Scan on contact c_2
--                 Filter: ((email IS NOT NULL) AND (way = 'email'::text))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  CTE Scan on contact c_3
--                 Filter: ((phone IS NOT NULL) AND (way = 'sms'::text))
--   CTE message_3
--     ->  Insert on messages messages_2
--           ->  CTE Scan on contact c_4
--                 Filter: ((email IS NOT NULL) AND (way IS DISTINCT FROM 'email'::text))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 20
--     ->  CTE Scan on verdict
--   InitPlan 21
--     ->  Aggregate
--           ->  Append
--                 ->  Nested Loop
--                       Join Filter: (w_4.subject = f_5.subject)
--                       ->  Nested Loop
--                             ->  CTE Scan on subject f_5
--                             ->  Index Scan using send_windows_pkey on send_windows w_3
--                                   Index Cond: ((subject = f_5.subject) AND (purpose = $64))
--                       ->  Index Scan using send_windows_pkey on send_windows w_4
--                             Index Cond: ((subject = w_3.subject) AND (purpose = $59))
--                             Filter: ((next_at > $60) OR ((window_ends_at > $61) AND (sent >= COALESCE($62, (sent + 1)))))
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  CTE Scan on subject f_6
--                             ->  Index Scan using send_windows_pkey on send_windows w_5
--                                   Index Cond: ((subject = ((f_6.subject || ' from '::text) || $65)) AND (purpose = $71))
--                       ->  Index Scan using send_windows_pkey on send_windows w_6
--                             Index Cond: ((subject = w_5.subject) AND (purpose = $66))
--                             Filter: ((next_at > $67) OR ((window_ends_at > $68) AND (sent >= COALESCE($69, (sent + 1)))))
