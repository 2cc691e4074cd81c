-- duties

DELETE FROM contact_changes WHERE (account_id, method) IN (
      SELECT account_id, method FROM contact_changes WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING account_id;

-- Plan, with any values:
-- Delete on contact_changes
--   ->  Hash Semi Join
--         Hash Cond: ((contact_changes.account_id = "ANY_subquery".account_id) AND (contact_changes.method = "ANY_subquery".method))
--         ->  Seq Scan on contact_changes
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using contact_changes_expires_at on contact_changes contact_changes_1
--                                       Index Cond: (expires_at <= $1)
