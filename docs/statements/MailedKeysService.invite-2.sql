-- MailedKeysService.invite

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($2::text[]) AND true LIMIT 1), $3::text), $4, $5,
      $6::boolean, $7, $8, $9, $10,
      $11, $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM changed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $16::bigint, $17, $18, $19, $20, $21,
          f.subject, f.account_id, f.session_id, $22, $23,
          $24::smallint, $25::timestamptz, $26::timestamptz,
          $27::bigint, $28::bigint,
          $29::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT $30::text AS address, coalesce($31::text, a.language) AS language, f.account_id
    FROM changed f LEFT JOIN accounts a ON a.id = f.account_id),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $32::bigint, $33::bigint, r.account_id, $34,
      $35::boolean, $36, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $37::text END,
      $38::timestamptz, $39::timestamptz, $40::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $41::timestamptz END, r.withheld, (SELECT c FROM unnest($42::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[])
    OR (v.account_id IS NULL AND $51::text <> ALL($52::text[]))) THEN $53::text || md5(concat_ws(' ', $54::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $55::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM changed) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE changed
--     ->  Insert on accounts accounts_1
--           InitPlan 1
--             ->  Limit
--                   ->  Index Only Scan using accounts_email_prefix on accounts
--                         Index Cond: (email = ANY ($2))
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
--           InitPlan 5
--             ->  Seq Scan on suppressed_addresses b
--                   Filter: (address = lower($30))
--           InitPlan 6
--             ->  Seq Scan on suppressed_addresses b_1
--                   Filter: (address = lower($30))
--           InitPlan 7
--             ->  Seq Scan on suppressed_addresses b_2
--                   Filter: (address = lower($30))
--           InitPlan 8
--             ->  Seq Scan on suppressed_addresses b_3
--                   Filter: (address = lower($30))
--           InitPlan 9
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Result
--                 One-Time Filter: ($30 IS NOT NULL)
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on changed f
--                       ->  Index Scan using accounts_pkey on accounts a
--                             Index Cond: (id = f.account_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on attempt attempt_1
--   InitPlan 12
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: attempt_2.purpose, attempt_2.method
--                 ->  CTE Scan on attempt attempt_2
--   ->  Result
--   ->  CTE Scan on changed
