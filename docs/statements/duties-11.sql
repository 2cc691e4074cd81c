-- duties

DELETE FROM attempts WHERE id IN (
      SELECT id FROM attempts WHERE expires_at <= $1::timestamptz AND status <> 'open'
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on attempts
--   ->  Hash Semi Join
--         Hash Cond: (attempts.id = "ANY_subquery".id)
--         ->  Seq Scan on attempts
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using attempts_expires_at on attempts attempts_1
--                                       Index Cond: (expires_at <= $1)
--                                       Filter: (status <> 'open'::text)
