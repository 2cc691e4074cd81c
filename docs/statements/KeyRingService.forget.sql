-- KeyRingService.forget

WITH live AS (
    SELECT id, key_ids, started_at FROM replicas
    WHERE seen_at > $1::timestamptz - $2 * interval '1 second'),
forgotten AS (
      UPDATE server_keys k SET forgotten_at = $3::timestamptz, makes_since = NULL
      WHERE k.key_id = $4 AND k.forgotten_at IS NULL
        AND NOT EXISTS (SELECT FROM live l WHERE k.key_id = ANY (l.key_ids)) RETURNING k.key_id),
nobodys AS (SELECT NULL::bigint AS account_id FROM forgotten),
verdict AS (SELECT $5::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM nobodys),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $6::bigint, $7::timestamptz, $8, v.outcome, $9, v.account_id, v.session_id, v.attempt_id,
      $10, $11, $12, CASE WHEN (v.outcome = ANY($13::text[])
    OR (v.account_id IS NULL AND $14::text <> ALL($15::text[]))) THEN $16::text || md5(concat_ws(' ', $17::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $18::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM forgotten;

-- Plan, with any values:
-- CTE Scan on forgotten
--   CTE forgotten
--     ->  Update on server_keys k
--           ->  Nested Loop Anti Join
--                 Join Filter: (k.key_id = ANY (replicas.key_ids))
--                 ->  Seq Scan on server_keys k
--                       Filter: ((forgotten_at IS NULL) AND (key_id = $4))
--                 ->  Seq Scan on replicas
--                       Filter: (seen_at > ($1 - ($2 * '00:00:01'::interval)))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on forgotten forgotten_1
