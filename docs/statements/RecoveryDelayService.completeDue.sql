-- RecoveryDelayService.completeDue

SELECT id::text AS id, account_id::text AS account_id, protocol FROM pending_recoveries
    WHERE ended_at IS NULL AND due_at <= $1::timestamptz ORDER BY due_at LIMIT $2::int;

-- Plan, with any values:
-- Limit
--   ->  Index Scan using pending_recoveries_due on pending_recoveries
--         Index Cond: (due_at <= $1)
