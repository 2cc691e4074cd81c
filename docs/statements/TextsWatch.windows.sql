-- TextsWatch.windows

SELECT counted, for_anybody + for_owners AS texts, window_ends_at FROM send_counts
      WHERE counted LIKE $1 AND window_ends_at > $2::timestamptz ORDER BY counted;

-- Plan, with any values:
-- Sort
--   Sort Key: counted
--   ->  Seq Scan on send_counts
--         Filter: ((counted ~~ $1) AND (window_ends_at > $2))
