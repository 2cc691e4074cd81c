-- housekeeping.service

UPDATE attempts SET status = 'expired', closed_at = expires_at WHERE id IN (
      SELECT id FROM attempts WHERE status = 'open' AND expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Update on attempts
--   ->  Nested Loop
--         ->  HashAggregate
--               Group Key: "ANY_subquery".id
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using attempts_due on attempts attempts_1
--                                       Index Cond: (expires_at <= $1)
--                                       Filter: (status = 'open'::text)
--         ->  Index Scan using attempts_pkey on attempts
--               Index Cond: (id = "ANY_subquery".id)
