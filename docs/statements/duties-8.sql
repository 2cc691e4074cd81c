-- duties

DELETE FROM idempotent_calls WHERE id IN (
      SELECT id FROM idempotent_calls WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on idempotent_calls
--   ->  Nested Loop Semi Join
--         Join Filter: (idempotent_calls.id = "ANY_subquery".id)
--         ->  Seq Scan on idempotent_calls
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Seq Scan on idempotent_calls idempotent_calls_1
--                                 Filter: (expires_at <= $1)
