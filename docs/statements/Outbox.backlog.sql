-- Outbox.backlog

SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued';

-- Plan, with any values:
-- Aggregate
--   ->  Bitmap Heap Scan on messages
--         Recheck Cond: (state = 'queued'::text)
--         ->  Bitmap Index Scan on messages_due
