-- CodeSender.decide

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
recipient AS (
    SELECT $10::text AS address, coalesce($11::text, a.language) AS language, f.account_id
    FROM fresh f LEFT JOIN accounts a ON a.id = f.account_id),
reachable AS (SELECT s.* FROM fresh s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $20::timestamptz,
      status = CASE WHEN a.expires_at <= $21::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $22 AND a.kind = $23 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN fresh s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $38::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN fresh f ON w.subject = f.subject WHERE w.purpose = $39),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $40::bigint, $41::bigint, r.account_id, $42,
      $43, r.address, r.language, $44, $45::timestamptz, $46::timestamptz,
      $47::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $48, $49, $50, $51::text[], $52::timestamptz, $53::timestamptz FROM allowed f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $54::bigint, $55::timestamptz, $56, v.outcome, $57, v.account_id, v.session_id, v.attempt_id,
      $58, $59, $60, CASE WHEN (v.outcome = ANY($61::text[]) OR (v.account_id IS NULL AND $62::text <> 'cli')) THEN md5(concat_ws(' ', $63::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at;

-- Plan, with any values:
-- Result
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  Index Scan using sessions_pkey on sessions s
--                             Index Cond: (id = $1)
--                             Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = s.account_id)
--                             Filter: (security_stamp <= s.security_stamp)
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = o.id)
--                       Filter: (disabled_at IS NULL)
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (f.account_id = s_1.account_id)
--                 ->  Nested Loop
--                       ->  CTE Scan on account f
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = f.account_id)
--                 ->  Index Scan using sessions_live on sessions s_1
--                       Index Cond: (account_id = o_1.id)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $6) AND (id = $4) AND (protocol = $5) AND (o_1.security_stamp <= security_stamp))
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $7) ELSE ($8 OR (session.signed_in_at > $9)) END)
--   CTE recipient
--     ->  Nested Loop Left Join
--           ->  CTE Scan on fresh f_1
--           ->  Index Scan using accounts_pkey on accounts a_2
--                 Index Cond: (id = f_1.account_id)
--   CTE reachable
--     ->  Nested Loop
--           Join Filter: (s_2.account_id = recipient.account_id)
--           ->  CTE Scan on fresh s_2
--           ->  CTE Scan on recipient
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $17) AND ((w.window_ends_at <= $18) OR (w.sent < COALESCE($19, (w.sent + 1)))))
--           ->  CTE Scan on reachable f_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s_3.subject = window_taken.subject)
--           ->  CTE Scan on reachable s_3
--           ->  CTE Scan on window_taken
--   CTE closed
--     ->  Update on attempts a_3
--           InitPlan 8
--             ->  CTE Scan on allowed
--           ->  Index Scan using attempts_session on attempts a_3
--                 Index Cond: (session_id = (InitPlan 8).col1)
--                 Filter: ((purpose = $22) AND (kind = $23) AND (status = 'open'::text))
--   CTE attempt
--     ->  Insert on attempts
--           ->  Nested Loop
--                 ->  CTE Scan on allowed a_4
--                 ->  Aggregate
--                       ->  CTE Scan on closed
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on fresh s_4
--                 ->  CTE Scan on recipient r
--           ->  CTE Scan on attempt a_5
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 Join Filter: (r_1.account_id = allowed_1.account_id)
--                 ->  CTE Scan on recipient r_1
--                       Filter: (address IS NOT NULL)
--                 ->  CTE Scan on allowed allowed_1
--   CTE set_up
--     ->  Insert on factor_setups
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: factor_setups_pkey
--           ->  CTE Scan on allowed f_3
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 16
--     ->  CTE Scan on verdict
--   InitPlan 17
--     ->  CTE Scan on recipient recipient_1
--   InitPlan 18
--     ->  Nested Loop
--           ->  CTE Scan on fresh f_4
--           ->  Index Scan using send_windows_pkey on send_windows w_1
--                 Index Cond: ((subject = f_4.subject) AND (purpose = $39))
