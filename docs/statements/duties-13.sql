-- duties

DELETE FROM send_counts WHERE counted IN (
      SELECT counted FROM send_counts WHERE window_ends_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING counted;

-- Plan, with any values:
-- Delete on send_counts
--   ->  Nested Loop Semi Join
--         Join Filter: (send_counts.counted = "ANY_subquery".counted)
--         ->  Seq Scan on send_counts
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Seq Scan on send_counts send_counts_1
--                                 Filter: (window_ends_at <= $1)
