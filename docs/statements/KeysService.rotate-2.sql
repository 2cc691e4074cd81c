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
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $10::bigint, $11::timestamptz, $12, v.outcome, $13, v.account_id, v.session_id, v.attempt_id,
      $14, $15, $16, CASE WHEN (v.outcome = ANY($17::text[])
    OR (v.account_id IS NULL AND $18::text <> ALL($19::text[]))) THEN $20::text || md5(concat_ws(' ', $21::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $22::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
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
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
