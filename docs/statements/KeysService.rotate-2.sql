-- KeysService.rotate

WITH retired AS (
      UPDATE signing_keys
      SET retired_at = LEAST(retired_at, $1::timestamptz), good_until = $2::timestamptz
      WHERE good_until IS NULL AND signs_from <= $3::timestamptz RETURNING kid),
installed AS (
      INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      SELECT $4, $5, $6::timestamptz, $7::timestamptz
      FROM (SELECT count(*) AS keys FROM retired) r WHERE r.keys > 0
      ON CONFLICT DO NOTHING RETURNING kid),
verdict AS (
        SELECT $8::text AS outcome, NULL::bigint AS account_id,
          NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM installed),
forgotten AS (DELETE FROM signing_keys WHERE good_until <= $9::timestamptz RETURNING kid),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $10::bigint, $11::timestamptz, $12, outcome, $13, account_id, session_id, attempt_id,
      $14, $15, $16
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE retired
--     ->  Update on signing_keys
--           ->  Seq Scan on signing_keys
--                 Filter: ((good_until IS NULL) AND (signs_from <= $3))
--   CTE installed
--     ->  Insert on signing_keys signing_keys_1
--           Conflict Resolution: NOTHING
--           ->  Subquery Scan on r
--                 ->  Aggregate
--                       Filter: (count(*) > 0)
--                       ->  CTE Scan on retired
--   CTE verdict
--     ->  CTE Scan on installed
--   CTE forgotten
--     ->  Delete on signing_keys signing_keys_2
--           ->  Seq Scan on signing_keys signing_keys_2
--                 Filter: (good_until <= $9)
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
