-- AccountsService.create

DELETE FROM accounts WHERE id IN (
      SELECT id FROM accounts a WHERE email = ANY($1::text[]) AND activated_at IS NULL AND invited_at IS NULL
        AND NOT EXISTS (SELECT FROM imported_accounts m WHERE m.account_id = a.id)
      ORDER BY id FOR UPDATE);

-- Plan, with any values:
-- Delete on accounts
--   ->  Nested Loop
--         ->  HashAggregate
--               Group Key: "ANY_subquery".id
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  LockRows
--                           ->  Sort
--                                 Sort Key: a.id
--                                 ->  Nested Loop Anti Join
--                                       Join Filter: (m.account_id = a.id)
--                                       ->  Index Scan using accounts_unproven on accounts a
--                                             Filter: ((activated_at IS NULL) AND (invited_at IS NULL) AND (email = ANY ($1)))
--                                       ->  Seq Scan on imported_accounts m
--         ->  Index Scan using accounts_pkey on accounts
--               Index Cond: (id = "ANY_subquery".id)
