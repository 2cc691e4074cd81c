-- AccountDeletion.delete

WITH locked_messages AS (SELECT m.id FROM messages m WHERE m.account_id = $1::bigint ORDER BY m.id FOR UPDATE),
locked AS (SELECT a.id AS account_id FROM accounts a, (SELECT count(*) FROM locked_messages) done WHERE a.id = $2::bigint AND a.deletion_due_at <= $3::timestamptz AND a.disabled_at IS NOT NULL FOR NO KEY UPDATE OF a),
locked_sessions AS (
    SELECT s.id FROM sessions s JOIN locked f ON f.account_id = s.account_id WHERE s.ended_at IS NULL
    ORDER BY s.id FOR UPDATE OF s),
locked_budgets AS (
    SELECT b.subject FROM guess_budgets b WHERE b.subject IN (SELECT account_id::text FROM locked)
    ORDER BY b.subject, b.factor FOR UPDATE)

      SELECT (SELECT count(*) FROM locked) AS accounts, (SELECT count(*) FROM locked_sessions) AS sessions,
        (SELECT count(*) FROM locked_budgets) AS budgets;

-- Plan, with any values:
-- Result
--   CTE locked_messages
--     ->  LockRows
--           ->  Sort
--                 Sort Key: m.id
--                 ->  Index Scan using messages_account on messages m
--                       Index Cond: (account_id = $1)
--   CTE locked
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = $2)
--                       Filter: ((disabled_at IS NOT NULL) AND (deletion_due_at <= $3))
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on locked_messages
--   CTE locked_sessions
--     ->  LockRows
--           ->  Sort
--                 Sort Key: s.id
--                 ->  Nested Loop
--                       ->  CTE Scan on locked f
--                       ->  Index Scan using sessions_account on sessions s
--                             Index Cond: (account_id = f.account_id)
--                             Filter: (ended_at IS NULL)
--   CTE locked_budgets
--     ->  LockRows
--           ->  Sort
--                 Sort Key: b.subject, b.factor
--                 ->  Nested Loop
--                       ->  HashAggregate
--                             Group Key: (locked.account_id)::text
--                             ->  CTE Scan on locked
--                       ->  Bitmap Heap Scan on guess_budgets b
--                             Recheck Cond: ((locked.account_id)::text = subject)
--                             ->  Bitmap Index Scan on guess_budgets_pkey
--                                   Index Cond: (subject = (locked.account_id)::text)
--   InitPlan 5
--     ->  Aggregate
--           ->  CTE Scan on locked locked_1
--   InitPlan 6
--     ->  Aggregate
--           ->  CTE Scan on locked_sessions
--   InitPlan 7
--     ->  Aggregate
--           ->  CTE Scan on locked_budgets
