-- IdentitiesService.link

WITH of_account AS (SELECT $1::bigint AS account_id),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $2, $3, f.account_id, $4, $5::timestamptz FROM of_account f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM linked),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $7::bigint, $8::timestamptz, $9, outcome, $10, account_id, session_id, attempt_id,
      $11, $12, $13
    FROM verdict RETURNING id)
SELECT * FROM linked;

-- Plan, with any values:
-- CTE Scan on linked
--   CTE linked
--     ->  Insert on external_identities i
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: external_identities_pkey
--           ->  Result
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on linked linked_1
