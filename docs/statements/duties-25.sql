-- duties

WITH ran_out AS (
    UPDATE attempts SET status = 'expired', closed_at = expires_at WHERE id IN (
      SELECT id FROM attempts WHERE status = 'open' AND expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id, purpose, method, status)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM ran_out GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM ran_out) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE ran_out
--     ->  Update on attempts
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".id
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  Limit
--                                   ->  LockRows
--                                         ->  Index Scan using attempts_due on attempts attempts_1
--                                               Index Cond: (expires_at <= $1)
--                                               Filter: (status = 'open'::text)
--                 ->  Index Scan using attempts_pkey on attempts
--                       Index Cond: (id = "ANY_subquery".id)
--   InitPlan 2
--     ->  Aggregate
--           ->  HashAggregate
--                 Group Key: ran_out_1.purpose, ran_out_1.method, ran_out_1.status
--                 ->  CTE Scan on ran_out ran_out_1
--   ->  Result
--   ->  CTE Scan on ran_out
