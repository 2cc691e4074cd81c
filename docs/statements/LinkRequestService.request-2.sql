-- LinkRequestService.request

WITH asked AS (SELECT $1::text AS subject),
refused AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $2 AND NOT (w.next_at <= $3::timestamptz AND (w.window_ends_at <= $4::timestamptz
      OR w.sent < coalesce($5::int, w.sent + 1)))),
free AS (SELECT f.subject FROM asked f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $6::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $15::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1)))
    RETURNING w.subject),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $24 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $25::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
asking AS (SELECT s.* FROM subject s WHERE EXISTS (SELECT FROM window_taken)),
refused_2 AS (
    SELECT f.subject FROM asking f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $26 AND NOT (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))),
free_2 AS (SELECT f.subject FROM asking f WHERE f.subject NOT IN (SELECT subject FROM refused_2)),
of_network_2 AS (SELECT (f.subject || ' from ' || $30::text) AS subject FROM free_2 f),
window_taken_4 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM of_network_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
within_share_2 AS (SELECT f.subject FROM free_2 f WHERE (f.subject || ' from ' || $39::text) IN (SELECT subject FROM window_taken_4)),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $40, $41::timestamptz, 1, $42::timestamptz FROM within_share_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $43::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $44::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $45::timestamptz AND (w.window_ends_at <= $46::timestamptz
      OR w.sent < coalesce($47::int, w.sent + 1)))
    RETURNING w.subject),
opening AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM asking s JOIN window_taken_3 USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $48::bigint, $49, $50, $51, $52, $53,
          f.subject, f.account_id, f.session_id, $54, $55,
          $56::smallint, $57::timestamptz, $58::timestamptz,
          $59::bigint, $60::bigint,
          $61::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN attempt f ON f.account_id = a.id WHERE a.email IS NOT NULL),
verdict AS (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
refused_3 AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
of_network_3 AS (SELECT (f.subject || ' from ' || $68::text) AS subject FROM asked f),
refused_4 AS (
    SELECT f.subject FROM of_network_3 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $69 AND NOT (w.next_at <= $70::timestamptz AND (w.window_ends_at <= $71::timestamptz
      OR w.sent < coalesce($72::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $73::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_4 f ON w.subject = f.subject WHERE w.purpose = $74),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $75::bigint, $76, $77, $78, $79, $80,
          f.subject, f.account_id, f.session_id, $81, $82,
          $83::smallint, $84::timestamptz, $85::timestamptz,
          $86::bigint, $87::bigint,
          $88::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
link_page AS (
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, $89, $90, $91 FROM attempt RETURNING attempt_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $92::bigint, $93::bigint, r.account_id, $94,
      $95, r.address, r.language, $96, $97::timestamptz, $98::timestamptz,
      $99::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $100::bigint, $101::timestamptz, $102, v.outcome, $103, v.account_id, v.session_id, v.attempt_id,
      $104, $105, $106, CASE WHEN (v.outcome = ANY($107::text[]) OR (v.account_id IS NULL AND $108::text <> 'cli')) THEN md5(concat_ws(' ', $109::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- Plan, with any values:
-- Result
--   CTE asked
--     ->  Result
--   CTE free
--     ->  CTE Scan on asked f_1
--           Filter: (NOT (ANY (subject = (hashed SubPlan 2).col1)))
--           SubPlan 2
--             ->  Nested Loop
--                   ->  CTE Scan on asked f
--                   ->  Index Scan using send_windows_pkey on send_windows w
--                         Index Cond: ((subject = f.subject) AND (purpose = $2))
--                         Filter: ((next_at > $3) OR ((window_ends_at > $4) AND (sent >= COALESCE($5, (sent + 1)))))
--   CTE window_taken_2
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $12) AND ((w_1.window_ends_at <= $13) OR (w_1.sent < COALESCE($14, (w_1.sent + 1)))))
--           ->  CTE Scan on free f_2
--   CTE window_taken
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $21) AND ((w_2.window_ends_at <= $22) OR (w_2.sent < COALESCE($23, (w_2.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_3.subject || ' from '::text) || $15) = window_taken_2.subject)
--                 ->  CTE Scan on free f_3
--                 ->  CTE Scan on window_taken_2
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_key on accounts
--                 Index Cond: (email = $24)
--                 Filter: (disabled_at IS NULL)
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE asking
--     ->  Result
--           One-Time Filter: (InitPlan 8).col1
--           InitPlan 8
--             ->  CTE Scan on window_taken
--           ->  CTE Scan on subject s
--   CTE free_2
--     ->  CTE Scan on asking f_5
--           Filter: (NOT (ANY (subject = (hashed SubPlan 10).col1)))
--           SubPlan 10
--             ->  Nested Loop
--                   ->  CTE Scan on asking f_4
--                   ->  Index Scan using send_windows_pkey on send_windows w_3
--                         Index Cond: ((subject = f_4.subject) AND (purpose = $26))
--                         Filter: ((next_at > $27) OR ((window_ends_at > $28) AND (sent >= COALESCE($29, (sent + 1)))))
--   CTE window_taken_4
--     ->  Insert on send_windows w_4
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_4.next_at <= $36) AND ((w_4.window_ends_at <= $37) OR (w_4.sent < COALESCE($38, (w_4.sent + 1)))))
--           ->  CTE Scan on free_2 f_6
--   CTE window_taken_3
--     ->  Insert on send_windows w_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_5.next_at <= $45) AND ((w_5.window_ends_at <= $46) OR (w_5.sent < COALESCE($47, (w_5.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_7.subject || ' from '::text) || $39) = window_taken_4.subject)
--                 ->  CTE Scan on free_2 f_7
--                 ->  CTE Scan on window_taken_4
--   CTE opening
--     ->  Nested Loop
--           Join Filter: (s_1.subject = window_taken_3.subject)
--           ->  CTE Scan on asking s_1
--           ->  CTE Scan on window_taken_3
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on opening f_8
--   CTE recipient
--     ->  Nested Loop
--           ->  CTE Scan on attempt f_9
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_9.account_id)
--                 Filter: (email IS NOT NULL)
--   CTE verdict
--     ->  Nested Loop Left Join
--           InitPlan 17
--             ->  CTE Scan on window_taken window_taken_1
--           ->  Nested Loop Left Join
--                 ->  CTE Scan on subject s_2
--                 ->  CTE Scan on attempt a_1
--           ->  CTE Scan on recipient r
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE attempt_2
--     ->  Insert on attempts attempts_1
--           ->  CTE Scan on opening f_10
--   CTE link_page
--     ->  Insert on magic_links
--           ->  CTE Scan on attempt attempt_1
--   CTE message
--     ->  Insert on messages
--           ->  CTE Scan on recipient r_1
--                 Filter: (address IS NOT NULL)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 24
--     ->  CTE Scan on verdict
--   InitPlan 25
--     ->  Aggregate
--           ->  Append
--                 ->  Nested Loop
--                       Join Filter: (w_7.subject = f_11.subject)
--                       ->  Nested Loop
--                             ->  CTE Scan on asked f_11
--                             ->  Index Scan using send_windows_pkey on send_windows w_6
--                                   Index Cond: ((subject = f_11.subject) AND (purpose = $67))
--                       ->  Index Scan using send_windows_pkey on send_windows w_7
--                             Index Cond: ((subject = w_6.subject) AND (purpose = $62))
--                             Filter: ((next_at > $63) OR ((window_ends_at > $64) AND (sent >= COALESCE($65, (sent + 1)))))
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  CTE Scan on asked f_12
--                             ->  Index Scan using send_windows_pkey on send_windows w_8
--                                   Index Cond: ((subject = ((f_12.subject || ' from '::text) || $68)) AND (purpose = $74))
--                       ->  Index Scan using send_windows_pkey on send_windows w_9
--                             Index Cond: ((subject = w_8.subject) AND (purpose = $69))
--                             Filter: ((next_at > $70) OR ((window_ends_at > $71) AND (sent >= COALESCE($72, (sent + 1)))))
