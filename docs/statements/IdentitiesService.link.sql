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
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $6::bigint, $7::bigint, r.account_id, $8,
      $9, r.address, r.language, $10, $11::timestamptz, $12::timestamptz,
      $13::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $14::bigint, $15::bigint, r.account_id, $16,
      $17, r.address, r.language, $18, $19::timestamptz, $20::timestamptz,
      $21::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $22::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM linked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $23::bigint, $24::timestamptz, $25, v.outcome, $26, v.account_id, v.session_id, v.attempt_id,
      $27, $28, $29, CASE WHEN (v.outcome = ANY($30::text[]) OR (v.account_id IS NULL AND $31::text <> 'cli')) THEN md5(concat_ws(' ', $32::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
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
--           ->  Nested Loop
--                 ->  CTE Scan on news f
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on news f_1
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_1.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on linked linked_2
