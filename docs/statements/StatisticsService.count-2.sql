-- StatisticsService.count

SELECT date_trunc('hour', signed_in_at, 'UTC') AS hour, protocol, count(*) AS times FROM sessions
    WHERE id >= $1::bigint AND signed_in_at >= $2::timestamptz
    GROUP BY 1, 2 ORDER BY 1, 2;

-- Plan, with any values:
-- Sort
--   Sort Key: (date_trunc('hour'::text, signed_in_at, 'UTC'::text)), protocol
--   ->  HashAggregate
--         Group Key: date_trunc('hour'::text, signed_in_at, 'UTC'::text), protocol
--         ->  Index Scan using sessions_pkey on sessions
--               Index Cond: (id >= $1)
--               Filter: (signed_in_at >= $2)
