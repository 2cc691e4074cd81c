-- duties

DELETE FROM send_windows WHERE (subject, purpose) IN (
      SELECT subject, purpose FROM send_windows
      WHERE next_at <= $1::timestamptz AND window_ends_at <= $2::timestamptz
      LIMIT $3::int FOR UPDATE SKIP LOCKED) RETURNING subject;

-- Plan, with any values:
-- Delete on send_windows
--   ->  Hash Semi Join
--         Hash Cond: ((send_windows.subject = "ANY_subquery".subject) AND (send_windows.purpose = "ANY_subquery".purpose))
--         ->  Seq Scan on send_windows
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using send_windows_over on send_windows send_windows_1
--                                       Index Cond: (window_ends_at <= $2)
--                                       Filter: (next_at <= $1)
