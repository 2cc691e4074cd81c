-- UnprovenAccounts.delete

WITH locked AS (SELECT id AS account_id FROM accounts WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE),
locked_sessions AS (
    SELECT s.id FROM sessions s JOIN locked f ON f.account_id = s.account_id WHERE s.ended_at IS NULL
    ORDER BY s.id FOR UPDATE OF s)

      SELECT (SELECT count(*) FROM locked) AS accounts, (SELECT count(*) FROM locked_sessions) AS sessions;

-- Plan, with any values:
-- Result
--   CTE locked
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = ANY ($1))
--   CTE locked_sessions
--     ->  LockRows
--           ->  Sort
--                 Sort Key: s.id
--                 ->  Nested Loop
--                       ->  CTE Scan on locked f
--                       ->  Index Scan using sessions_account on sessions s
--                             Index Cond: (account_id = f.account_id)
--                             Filter: (ended_at IS NULL)
--   InitPlan 3
--     ->  Aggregate
--           ->  CTE Scan on locked
--   InitPlan 4
--     ->  Aggregate
--           ->  CTE Scan on locked_sessions
