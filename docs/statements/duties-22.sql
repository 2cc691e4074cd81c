-- duties

DELETE FROM audit_events_former WHERE id IN (
      SELECT id FROM audit_events_former WHERE repeat_key IS NOT NULL AND at <= $1::timestamptz AND (SELECT set_config('countersign.audit_purged_before', $2, true)) IS NOT NULL
      LIMIT $3::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on audit_events_former
--   ->  Nested Loop
--         ->  HashAggregate
--               Group Key: "ANY_subquery".id
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           InitPlan 1
--                             ->  Result
--                           ->  LockRows
--                                 ->  Result
--                                       One-Time Filter: ((InitPlan 1).col1 IS NOT NULL)
--                                       ->  Index Scan using audit_events_former_refusals on audit_events_former audit_events_former_1
--                                             Index Cond: (at <= $1)
--                                             Filter: (repeat_key IS NOT NULL)
--         ->  Index Scan using audit_events_former_pkey on audit_events_former
--               Index Cond: (id = "ANY_subquery".id)
