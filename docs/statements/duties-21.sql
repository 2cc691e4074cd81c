-- duties

DELETE FROM audit_events_former WHERE id IN (
      SELECT id FROM audit_events_former WHERE id < $1::bigint AND at <= $2::timestamptz AND (SELECT set_config('countersign.audit_purged_before', $3, true)) IS NOT NULL
      LIMIT $4::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on audit_events_former
--   ->  Hash Semi Join
--         Hash Cond: (audit_events_former.id = "ANY_subquery".id)
--         ->  Seq Scan on audit_events_former
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           InitPlan 1
--                             ->  Result
--                           ->  LockRows
--                                 ->  Result
--                                       One-Time Filter: ((InitPlan 1).col1 IS NOT NULL)
--                                       ->  Index Scan using audit_events_former_pkey on audit_events_former audit_events_former_1
--                                             Index Cond: (id < $1)
--                                             Filter: (at <= $2)
