-- EventStreamWorker.page

UPDATE event_stream SET tries = tries + 1, next_try_at = $1::timestamptz
    WHERE id IN (
      SELECT id FROM event_stream WHERE next_try_at <= $2::timestamptz
      ORDER BY next_try_at, id LIMIT $3::int FOR UPDATE SKIP LOCKED)
    RETURNING id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, tries;

-- Plan, with any values:
-- Update on event_stream
--   ->  Nested Loop Semi Join
--         Join Filter: (event_stream.id = "ANY_subquery".id)
--         ->  Seq Scan on event_stream
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Sort
--                                 Sort Key: event_stream_1.next_try_at, event_stream_1.id
--                                 ->  Seq Scan on event_stream event_stream_1
--                                       Filter: (next_try_at <= $2)
