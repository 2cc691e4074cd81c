-- event-stream-metrics

SELECT (SELECT count(*) FROM (SELECT FROM event_stream LIMIT $1::int) counted) AS events,
      (SELECT at FROM event_stream ORDER BY id LIMIT 1) AS oldest;

-- Plan, with any values:
-- Result
--   InitPlan 1
--     ->  Aggregate
--           ->  Limit
--                 ->  Seq Scan on event_stream
--   InitPlan 2
--     ->  Limit
--           ->  Sort
--                 Sort Key: event_stream_1.id
--                 ->  Seq Scan on event_stream event_stream_1
