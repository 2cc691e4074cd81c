-- StatisticsService.count

SELECT date_trunc('hour', at, 'UTC') AS hour, outcome AS reason, sum(1 + repeated) AS times FROM audit_events
    WHERE id >= $1::bigint AND at >= $2::timestamptz AND outcome = ANY($3::text[])
    GROUP BY 1, 2 ORDER BY 1, 2;

-- Plan, with any values:
-- Sort
--   Sort Key: (date_trunc('hour'::text, audit_events.at, 'UTC'::text)), audit_events.outcome
--   ->  HashAggregate
--         Group Key: (date_trunc('hour'::text, audit_events.at, 'UTC'::text)), audit_events.outcome
--         ->  Append
--               ->  Seq Scan on audit_events_kept_20261101 audit_events_1
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_kept_20261201 audit_events_2
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_kept_20270101 audit_events_3
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_kept_other audit_events_4
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_refused_20261130 audit_events_5
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_refused_20261207 audit_events_6
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_refused_20261214 audit_events_7
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Seq Scan on audit_events_refused_other audit_events_8
--                     Filter: ((id >= $1) AND (at >= $2) AND (outcome = ANY ($3)))
--               ->  Index Scan using audit_events_former_pkey on audit_events_former audit_events_9
--                     Index Cond: (id >= $1)
--                     Filter: ((at >= $2) AND (outcome = ANY ($3)))
