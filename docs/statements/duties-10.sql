-- duties

DELETE FROM pending_recoveries WHERE id IN (
      SELECT id FROM pending_recoveries WHERE ended_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on pending_recoveries
--   ->  Hash Semi Join
--         Hash Cond: (pending_recoveries.id = "ANY_subquery".id)
--         ->  Seq Scan on pending_recoveries
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Seq Scan on pending_recoveries pending_recoveries_1
--                                       Filter: (ended_at <= $1)
