-- duties

DELETE FROM event_stream WHERE id IN (
      SELECT id FROM event_stream WHERE next_try_at <= $1::timestamptz LIMIT $2::int FOR UPDATE SKIP LOCKED)
    RETURNING id;

-- Plan, with any values:
-- Delete on event_stream
--   ->  Nested Loop Semi Join
--         Join Filter: (event_stream.id = "ANY_subquery".id)
--         ->  Seq Scan on event_stream
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Seq Scan on event_stream event_stream_1
--                                 Filter: (next_try_at <= $1)
