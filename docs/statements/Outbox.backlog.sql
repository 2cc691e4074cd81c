-- Outbox.backlog

SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued';

-- Plan, with any values:
-- Aggregate
--   ->  Index Scan using messages_due on messages
