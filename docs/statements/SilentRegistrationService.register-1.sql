-- SilentRegistrationService.register

WITH created AS (
      INSERT INTO accounts AS a (id, email, created_at, updated_at)
      SELECT $1::bigint, $2::text, $3::timestamptz, $4::timestamptz WHERE true
      ON CONFLICT (email) DO NOTHING RETURNING a.id AS account_id, a.uuid),
owner AS (
    SELECT email AS address, language, id AS account_id FROM accounts
    WHERE accounts.email = $5 AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND true ),
registered AS (
      SELECT CASE WHEN NOT true THEN 'username_taken' WHEN c.uuid IS NULL THEN 'taken' ELSE 'created' END AS outcome,
        coalesce(c.uuid, gen_random_uuid()) AS uuid, coalesce(c.account_id, o.account_id) AS account_id
      FROM (VALUES (1)) one LEFT JOIN created c ON true LEFT JOIN owner o ON true),
verdict AS (SELECT r.*, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM registered r),
asking AS (SELECT $6::text AS subject FROM owner),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM asking f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
recipient AS (SELECT o.* FROM owner o WHERE EXISTS (SELECT FROM window_taken)),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($15::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $16, $17::int, $18::int, $19::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $20::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $21::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $22::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $23::timestamptz) OR c.for_anybody + c.for_owners < $24::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $25::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $26, ARRAY[$27::timestamptz], $28::timestamptz FROM counted f WHERE least($29::int, $30::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $31::timestamptz) || $32::timestamptz
    WHERE (SELECT count(*) < $33::int AND count(*) FILTER (WHERE t > $34::timestamptz) < $35::int
      FROM unnest(s.sent_at) t WHERE t > $36::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $37::text END ELSE $38::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $39::bigint, $40::bigint, r.account_id, $41,
      $42::boolean, $43, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $44::text END,
      $45::timestamptz, $46::timestamptz, $47::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $48::timestamptz END, r.withheld, (SELECT c FROM unnest($49::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $50::bigint, $51::timestamptz, $52, v.outcome, $53, v.account_id, v.session_id, v.attempt_id,
      $54, $55, $56, CASE WHEN (v.outcome = ANY($57::text[])
    OR (v.account_id IS NULL AND $58::text <> ALL($59::text[]))) THEN $60::text || md5(concat_ws(' ', $61::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $62::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE created
--     ->  Insert on accounts a
--           Conflict Resolution: NOTHING
--           Conflict Arbiter Indexes: accounts_email_key
--           ->  Result
--   CTE owner
--     ->  Index Scan using accounts_email_prefix on accounts
--           Index Cond: (email = $5)
--           Filter: ((activated_at IS NOT NULL) OR (invited_at IS NOT NULL))
--   CTE registered
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Result
--                 ->  CTE Scan on created c
--           ->  CTE Scan on owner o
--   CTE verdict
--     ->  CTE Scan on registered r
--   CTE window_taken
--     ->  Insert on send_windows w
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w.next_at <= $12) AND ((w.window_ends_at <= $13) OR (w.sent < COALESCE($14, (w.sent + 1)))))
--           ->  CTE Scan on owner
--   CTE addressed
--     ->  Result
--           One-Time Filter: (InitPlan 7).col1
--           InitPlan 7
--             ->  CTE Scan on window_taken
--           ->  CTE Scan on owner o_1
--                 Filter: (address IS NOT NULL)
--           SubPlan 6
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(o_1.address, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(o_1.address, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send
--     ->  Insert on send_counts c_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_1.window_ends_at <= $23) OR (((c_1.for_anybody + c_1.for_owners) < $24) AND ((excluded_1.for_owners > 0) OR (c_1.for_anybody < $25))))
--           ->  CTE Scan on addressed r_1
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 10).col1
--           InitPlan 10
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_2
--   CTE recipient_send
--     ->  Insert on recipient_sends s
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 13)
--           ->  Result
--                 One-Time Filter: (LEAST($29, $30) > 0)
--                 ->  CTE Scan on within_window r_3
--           SubPlan 12
--             ->  Function Scan on unnest t
--                   Filter: (t > $31)
--           SubPlan 13
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $36)
--   CTE message
--     ->  Insert on messages
--           InitPlan 17
--             ->  CTE Scan on within_window
--           InitPlan 19
--             ->  Result
--                   One-Time Filter: (InitPlan 18).col1
--                   InitPlan 18
--                     ->  CTE Scan on recipient_send
--                   ->  CTE Scan on within_window r_4
--           InitPlan 22
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 24
--             ->  Result
--                   One-Time Filter: (InitPlan 23).col1
--                   InitPlan 23
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   ->  CTE Scan on within_window r_5
--           InitPlan 27
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 29
--             ->  Result
--                   One-Time Filter: (InitPlan 28).col1
--                   InitPlan 28
--                     ->  CTE Scan on recipient_send recipient_send_2
--                   ->  CTE Scan on within_window r_6
--           InitPlan 32
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 34
--             ->  Result
--                   One-Time Filter: (InitPlan 33).col1
--                   InitPlan 33
--                     ->  CTE Scan on recipient_send recipient_send_3
--                   ->  CTE Scan on within_window r_7
--           InitPlan 35
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_2
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_2.c)
--           ->  CTE Scan on addressed r_8
--                 SubPlan 15
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 20
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 25
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_8.address))
--                 SubPlan 30
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_8.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
