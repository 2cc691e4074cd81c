-- AuditService.page

SELECT id::text AS id, at, event, outcome, protocol, account_id::text AS "accountId", session_id::text AS "sessionId",
  attempt_id::text AS "attemptId", client_address AS "clientAddress", user_agent AS "userAgent", request_id AS "requestId", repeated,
    (($1::text IS NULL OR event = $2::text OR starts_with(event, $3::text || '.')
      OR starts_with(event, $4::text || ' ')) AND ($5::text IS NULL OR protocol = $6::text)) AS matches FROM audit_events
    WHERE id > $7::bigint AND id < $8::bigint AND account_id = $9::bigint ORDER BY audit_events.id LIMIT $10::int;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: audit_events.id
--         ->  Append
--               ->  Seq Scan on audit_events_kept_20261101 audit_events_1
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_kept_20261201 audit_events_2
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_kept_20270101 audit_events_3
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_kept_other audit_events_4
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_refused_20261130 audit_events_5
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_refused_20261207 audit_events_6
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_refused_20261214 audit_events_7
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Seq Scan on audit_events_refused_other audit_events_8
--                     Filter: ((id > $7) AND (id < $8) AND (account_id = $9))
--               ->  Index Scan using audit_events_former_account on audit_events_former audit_events_9
--                     Index Cond: ((account_id = $9) AND (id > $7) AND (id < $8))
