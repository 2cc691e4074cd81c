-- EventStreamWorker.settle

UPDATE event_stream SET next_try_at = $1::timestamptz WHERE id = $2::bigint AND tries = $3::int;

-- Plan, with any values:
-- Update on event_stream
--   ->  Seq Scan on event_stream
--         Filter: ((id = $2) AND (tries = $3))
