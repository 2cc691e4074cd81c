-- duties

DELETE FROM guess_budgets WHERE (subject, factor) IN (
      SELECT subject, factor FROM guess_budgets b
      WHERE subject LIKE '?%' AND coalesce(refills_at, '-infinity') <= $1::timestamptz
        AND NOT EXISTS (SELECT FROM attempts a WHERE a.subject = b.subject AND a.status = 'open')
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING subject;

-- Plan, with any values:
-- Delete on guess_budgets
--   ->  Nested Loop
--         ->  HashAggregate
--               Group Key: "ANY_subquery".subject, "ANY_subquery".factor
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Nested Loop Anti Join
--                                       ->  Index Scan using guess_budgets_strangers on guess_budgets b
--                                             Index Cond: (COALESCE(refills_at, '-infinity'::timestamp with time zone) <= $1)
--                                             Filter: (subject ~~ '?%'::text)
--                                       ->  Index Scan using attempts_open on attempts a
--                                             Index Cond: (subject = b.subject)
--                                             Filter: (status = 'open'::text)
--         ->  Index Scan using guess_budgets_pkey on guess_budgets
--               Index Cond: ((subject = "ANY_subquery".subject) AND (factor = "ANY_subquery".factor))
