-- duties

DELETE FROM password_failures WHERE key IN (
      SELECT key FROM password_failures
      WHERE counts_until <= $1::timestamptz AND coalesce(locked_until <= $2::timestamptz, true)
      LIMIT $3::int FOR UPDATE SKIP LOCKED) RETURNING key;

-- Plan, with any values:
-- Delete on password_failures
--   ->  Hash Semi Join
--         Hash Cond: (password_failures.key = "ANY_subquery".key)
--         ->  Seq Scan on password_failures
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using password_failures_counts_until on password_failures password_failures_1
--                                       Index Cond: (counts_until <= $1)
--                                       Filter: COALESCE((locked_until <= $2), true)
