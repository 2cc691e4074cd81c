-- StatisticsService.count

SELECT date_trunc('hour', created_at, 'UTC') AS hour, channel, state, count(*) AS times FROM messages
    WHERE id >= $1::bigint AND created_at >= $2::timestamptz
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- Plan, with any values:
-- Sort
--   Sort Key: (date_trunc('hour'::text, created_at, 'UTC'::text)), channel, state
--   ->  HashAggregate
--         Group Key: date_trunc('hour'::text, created_at, 'UTC'::text), channel, state
--         ->  Index Scan using messages_pkey on messages
--               Index Cond: (id >= $1)
--               Filter: (created_at >= $2)
