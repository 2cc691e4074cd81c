-- AuditService.newest

SELECT id::text AS id, at, event, outcome, protocol, account_id::text AS "accountId", session_id::text AS "sessionId",
  attempt_id::text AS "attemptId", client_address AS "clientAddress", user_agent AS "userAgent", request_id AS "requestId", repeated, true AS matches FROM audit_events
    WHERE
    (($1::text IS NULL OR event = $2::text OR starts_with(event, $3::text || '.')
      OR starts_with(event, $4::text || ' ')) AND ($5::text IS NULL OR protocol = $6::text))  ORDER BY audit_events.id DESC LIMIT $7::int;

-- Plan, with any values:
-- Limit
--   ->  Merge Append
--         Sort Key: audit_events.id DESC
--         ->  Index Scan Backward using audit_events_kept_20261101_pkey on audit_events_kept_20261101 audit_events_1
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_kept_20261201_pkey on audit_events_kept_20261201 audit_events_2
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_kept_20270101_pkey on audit_events_kept_20270101 audit_events_3
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_kept_other_pkey on audit_events_kept_other audit_events_4
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_refused_20261130_pkey on audit_events_refused_20261130 audit_events_5
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_refused_20261207_pkey on audit_events_refused_20261207 audit_events_6
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_refused_20261214_pkey on audit_events_refused_20261214 audit_events_7
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_refused_other_pkey on audit_events_refused_other audit_events_8
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
--         ->  Index Scan Backward using audit_events_former_pkey on audit_events_former audit_events_9
--               Filter: ((($5 IS NULL) OR (protocol = $6)) AND (($1 IS NULL) OR (event = $2) OR starts_with(event, ($3 || '.'::text)) OR starts_with(event, ($4 || ' '::text))))
