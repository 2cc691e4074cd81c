-- Outbox.writableBacklog

WITH queued AS (SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued'),
writable AS (SELECT FROM messages WHERE false FOR UPDATE)
SELECT (SELECT messages FROM queued) AS messages, (SELECT oldest FROM queued) AS oldest, EXISTS (SELECT FROM writable) AS writable;

-- Plan, with any values:
-- Result
--   CTE queued
--     ->  Aggregate
--           ->  Bitmap Heap Scan on messages
--                 Recheck Cond: (state = 'queued'::text)
--                 ->  Bitmap Index Scan on messages_due
--   CTE writable
--     ->  LockRows
--           ->  Result
--                 One-Time Filter: false
--   InitPlan 3
--     ->  CTE Scan on queued
--   InitPlan 4
--     ->  CTE Scan on queued queued_1
--   InitPlan 5
--     ->  CTE Scan on writable
