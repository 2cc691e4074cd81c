-- Importer.finish

WITH finished AS (UPDATE imports SET finished_at = $1::timestamptz WHERE id = $2::bigint RETURNING id::text AS id, line, created, present, doubled, refused),
of_nobody AS (SELECT NULL::bigint AS account_id FROM finished),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM of_nobody),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $4::bigint, $5::timestamptz, $6, v.outcome, $7, v.account_id, v.session_id, v.attempt_id,
      $8, $9, $10, CASE WHEN (v.outcome = ANY($11::text[])
    OR (v.account_id IS NULL AND $12::text <> ALL($13::text[]))) THEN $14::text || md5(concat_ws(' ', $15::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $16::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM finished;

-- Plan, with any values:
-- CTE Scan on finished
--   CTE finished
--     ->  Update on imports
--           ->  Seq Scan on imports
--                 Filter: (id = $2)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on finished finished_1
