-- duties

DELETE FROM factor_setups WHERE account_id IN (
      SELECT account_id FROM factor_setups WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING account_id;

-- Plan, with any values:
-- Delete on factor_setups
--   ->  Hash Semi Join
--         Hash Cond: (factor_setups.account_id = "ANY_subquery".account_id)
--         ->  Seq Scan on factor_setups
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Seq Scan on factor_setups factor_setups_1
--                                       Filter: (expires_at <= $1)
