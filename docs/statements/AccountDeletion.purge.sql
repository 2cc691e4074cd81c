-- AccountDeletion.purge

SELECT a.id::text AS id FROM accounts a WHERE a.deletion_due_at <= $1::timestamptz AND a.disabled_at IS NOT NULL ORDER BY a.deletion_due_at LIMIT $2::int;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: deletion_due_at
--         ->  Bitmap Heap Scan on accounts a
--               Recheck Cond: (deletion_due_at <= $1)
--               Filter: (disabled_at IS NOT NULL)
--               ->  Bitmap Index Scan on accounts_deletion_due
--                     Index Cond: (deletion_due_at <= $1)
