-- IdentitiesService.unlink

WITH unlinked AS (
    DELETE FROM external_identities WHERE account_id = $1::bigint AND lower(provider) = $2
    RETURNING account_id),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM unlinked),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $4::bigint, $5::timestamptz, $6, outcome, $7, account_id, session_id, attempt_id,
      $8, $9, $10
    FROM verdict RETURNING id)
SELECT * FROM unlinked;

-- Plan, with any values:
-- CTE Scan on unlinked
--   CTE unlinked
--     ->  Delete on external_identities
--           ->  Index Scan using external_identities_account on external_identities
--                 Index Cond: (account_id = $1)
--                 Filter: (lower(provider) = $2)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on unlinked unlinked_1
