-- Outbox.writable

SELECT FROM messages WHERE false FOR UPDATE;

-- Plan, with any values:
-- LockRows
--   ->  Result
--         One-Time Filter: false
