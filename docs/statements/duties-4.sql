-- duties

DELETE FROM delivery_events WHERE id IN (
      SELECT id FROM delivery_events WHERE at <= $1::timestamptz LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on delivery_events
--   ->  Nested Loop Semi Join
--         Join Filter: (delivery_events.id = "ANY_subquery".id)
--         ->  Seq Scan on delivery_events
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Seq Scan on delivery_events delivery_events_1
--                                 Filter: (at <= $1)
