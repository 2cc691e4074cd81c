-- MailedKeysService.invite

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM changed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $15::bigint, $16, $17, $18, $19, $20,
          f.subject, f.account_id, f.session_id, $21, $22,
          $23::smallint, $24::timestamptz, $25::timestamptz,
          $26::bigint, $27::bigint,
          $28::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT $29::text AS address, coalesce($30::text, a.language) AS language, f.account_id
    FROM changed f LEFT JOIN accounts a ON a.id = f.account_id),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34::boolean, $35, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $36::text END,
      $37::timestamptz, $38::timestamptz, $39::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $40::timestamptz END, r.withheld, (SELECT c FROM unnest($41::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $42::bigint, $43::timestamptz, $44, v.outcome, $45, v.account_id, v.session_id, v.attempt_id,
      $46, $47, $48, CASE WHEN (v.outcome = ANY($49::text[])
    OR (v.account_id IS NULL AND $50::text <> ALL($51::text[]))) THEN $52::text || md5(concat_ws(' ', $53::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $54::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM changed) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE changed
--     ->  Insert on accounts
--           ->  Result
--   CTE attempt
--     ->  Insert on attempts
--           ->  CTE Scan on changed changed_1
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt
--   CTE message
--     ->  Insert on messages
--           InitPlan 4
--             ->  Seq Scan on suppressed_addresses b
--                   Filter: (address = lower($29))
--           InitPlan 5
--             ->  Seq Scan on suppressed_addresses b_1
--                   Filter: (address = lower($29))
--           InitPlan 6
--             ->  Seq Scan on suppressed_addresses b_2
--                   Filter: (address = lower($29))
--           InitPlan 7
--             ->  Seq Scan on suppressed_addresses b_3
--                   Filter: (address = lower($29))
--           InitPlan 8
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Result
--                 One-Time Filter: ($29 IS NOT NULL)
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on changed f
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = f.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on attempt attempt_1
--   InitPlan 11
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_2.purpose, attempt_2.method
--                 ->  CTE Scan on attempt attempt_2
--   ->  Result
--   ->  CTE Scan on changed
