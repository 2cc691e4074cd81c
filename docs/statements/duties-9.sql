-- duties

DELETE FROM operator_sessions WHERE id IN (
      SELECT id FROM operator_sessions WHERE expires_at <= $1::timestamptz LIMIT $2::int FOR UPDATE SKIP LOCKED)
    RETURNING id;

-- Plan, with any values:
-- Delete on operator_sessions
--   ->  Nested Loop Semi Join
--         Join Filter: (operator_sessions.id = "ANY_subquery".id)
--         ->  Seq Scan on operator_sessions
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Seq Scan on operator_sessions operator_sessions_1
--                                 Filter: (expires_at <= $1)
