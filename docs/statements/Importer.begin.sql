-- Importer.begin

WITH begun AS (
    INSERT INTO imports AS i (id, digest, started_at) VALUES ($1::bigint, $2, $3::timestamptz)
    ON CONFLICT (digest) WHERE finished_at IS NULL DO UPDATE SET digest = excluded.digest RETURNING id::text AS id, line, created, present, doubled, refused),
of_nobody AS (SELECT NULL::bigint AS account_id FROM begun),
verdict AS (SELECT $4::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM of_nobody),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[])
    OR (v.account_id IS NULL AND $13::text <> ALL($14::text[]))) THEN $15::text || md5(concat_ws(' ', $16::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $17::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM begun;

-- Plan, with any values:
-- CTE Scan on begun
--   CTE begun
--     ->  Insert on imports i
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: imports_unfinished
--           ->  Result
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on begun begun_1
