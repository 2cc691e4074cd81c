-- EventStreamWorker.settle

DELETE FROM event_stream WHERE id = $1::bigint;

-- Plan, with any values:
-- Delete on event_stream
--   ->  Seq Scan on event_stream
--         Filter: (id = $1)
