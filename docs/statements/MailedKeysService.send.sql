-- MailedKeysService.send

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN held f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $3::bigint, $4::bigint, r.account_id, $5,
      $6::boolean, $7, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $8::text END,
      $9::timestamptz, $10::timestamptz, $11::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $12::timestamptz END, r.withheld, (SELECT c FROM unnest($13::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $14::timestamptz
      FROM held f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($15::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
overtaken AS (
    UPDATE sessions s SET ended_at = $16::timestamptz, end_reason = 'superseded' FROM held f
    WHERE s.account_id = f.account_id AND s.protocol = $17 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $18  RETURNING s.id),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $19::bigint, $20, $21, $22, $23, $24,
          f.subject, f.account_id, f.session_id, $25, $26,
          $27::smallint, $28::timestamptz, $29::timestamptz,
          $30::bigint, $31::bigint,
          $32::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $33::bigint, $34::timestamptz, $35, v.outcome, $36, v.account_id, v.session_id, v.attempt_id,
      $37, $38, $39, CASE WHEN (v.outcome = ANY($40::text[])
    OR (v.account_id IS NULL AND $41::text <> ALL($42::text[]))) THEN $43::text || md5(concat_ws(' ', $44::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $45::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM message) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE message
--     ->  Insert on messages
--           InitPlan 10
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 2
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a.email))
--                 SubPlan 4
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a.email))
--                 SubPlan 6
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a.email))
--                 SubPlan 8
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a.email))
--   CTE spent_links
--     ->  Update on attempts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on held f_1
--                 ->  Index Scan using attempts_account on attempts a_1
--                       Index Cond: (account_id = f_1.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($15)))
--   CTE overtaken
--     ->  Update on sessions s
--           ->  Nested Loop
--                 ->  CTE Scan on held f_2
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((ended_at IS NULL) AND (protocol = $17) AND (stage = 'pending'::text) AND (((amr -> 0) ->> 'method'::text) = $18))
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on held
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on attempt attempt_1
--   InitPlan 17
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                             ->  CTE Scan on spent_links
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: attempt_2.purpose, attempt_2.method
--                             ->  CTE Scan on attempt attempt_2
--   ->  Result
--   ->  CTE Scan on message
