-- IdentitiesService.link

WITH of_account AS (SELECT $1::bigint AS account_id),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $2, $3, f.account_id, $4, $5::timestamptz FROM of_account f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
told AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient r WHERE r.address IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $6::bigint, $7::bigint, r.account_id, $8,
      $9::boolean, $10, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $11::text END,
      $12::timestamptz, $13::timestamptz, $14::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $15::timestamptz END, r.withheld, (SELECT c FROM unnest($16::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told r
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
told_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' END AS withheld FROM recipient_2 r WHERE r.address IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $17::bigint, $18::bigint, r.account_id, $19,
      $20::boolean, $21, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $22::text END,
      $23::timestamptz, $24::timestamptz, $25::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $26::timestamptz END, r.withheld, (SELECT c FROM unnest($27::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM told_2 r
    RETURNING id),
verdict AS (SELECT $28::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM linked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[])
    OR (v.account_id IS NULL AND $37::text <> ALL($38::text[]))) THEN $39::text || md5(concat_ws(' ', $40::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $41::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM linked;

-- Plan, with any values:
-- CTE Scan on linked
--   CTE linked
--     ->  Insert on external_identities i
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: external_identities_pkey
--           ->  Result
--   CTE news
--     ->  CTE Scan on linked linked_1
--           Filter: is_new
--   CTE message
--     ->  Insert on messages
--           InitPlan 11
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c.c)
--           ->  Nested Loop
--                 ->  CTE Scan on news f
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--                 SubPlan 3
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(a.email))
--                 SubPlan 5
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(a.email))
--                 SubPlan 7
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(a.email))
--                 SubPlan 9
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(a.email))
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 21
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_1
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_1.c)
--           ->  Nested Loop
--                 ->  CTE Scan on news f_1
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_1.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--                 SubPlan 13
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 15
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 17
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(a_1.phone))
--                 SubPlan 19
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(a_1.phone))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on linked linked_2
