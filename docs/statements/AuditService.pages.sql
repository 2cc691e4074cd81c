-- AuditService.pages

SELECT id::text AS id, at, event, outcome, protocol, account_id::text AS "accountId", session_id::text AS "sessionId",
  attempt_id::text AS "attemptId", client_address AS "clientAddress", user_agent AS "userAgent", request_id AS "requestId", repeated,
    (($1::text IS NULL OR event = $2::text OR starts_with(event, $3::text || '.')
      OR starts_with(event, $4::text || ' ')) AND ($5::text IS NULL OR protocol = $6::text)) AS matches FROM audit_events
    WHERE id > $7::bigint AND id < $8::bigint  ORDER BY audit_events.id LIMIT $9::int;

-- Plan, with any values:
-- Limit
--   ->  Merge Append
--         Sort Key: audit_events.id
--         ->  Index Scan using audit_events_kept_20261101_pkey on audit_events_kept_20261101 audit_events_1
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_kept_20261201_pkey on audit_events_kept_20261201 audit_events_2
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_kept_20270101_pkey on audit_events_kept_20270101 audit_events_3
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_kept_other_pkey on audit_events_kept_other audit_events_4
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_refused_20261130_pkey on audit_events_refused_20261130 audit_events_5
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_refused_20261207_pkey on audit_events_refused_20261207 audit_events_6
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_refused_20261214_pkey on audit_events_refused_20261214 audit_events_7
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_refused_other_pkey on audit_events_refused_other audit_events_8
--               Index Cond: ((id > $7) AND (id < $8))
--         ->  Index Scan using audit_events_former_pkey on audit_events_former audit_events_9
--               Index Cond: ((id > $7) AND (id < $8))
