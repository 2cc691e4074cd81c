-- UnprovenAccounts.delete

WITH deleted AS (
    DELETE FROM accounts a WHERE a.id = ANY($1::bigint[]) AND
  a.activated_at IS NULL AND a.invited_at IS NULL AND a.disabled_at IS NULL AND a.created_at <= $2::timestamptz
  AND NOT EXISTS (SELECT FROM imported_accounts m WHERE m.account_id = a.id) AND NOT EXISTS (
    SELECT FROM sessions s WHERE s.account_id = a.id AND (
      greatest(s.created_at, s.refresh_rotated_at) > $3::timestamptz
      OR (s.ended_at IS NULL AND s.expires_at > $4::timestamptz
        AND (s.refresh_rotated_at IS NOT NULL OR s.created_at > a.created_at))))
    RETURNING a.id AS account_id),
budgets AS (
    DELETE FROM guess_budgets WHERE subject IN (SELECT account_id::text FROM deleted) RETURNING subject)
SELECT * FROM deleted;

-- Plan, with any values:
-- CTE Scan on deleted
--   CTE deleted
--     ->  Delete on accounts a
--           ->  Nested Loop Anti Join
--                 ->  Nested Loop Anti Join
--                       Join Filter: (m.account_id = a.id)
--                       ->  Index Scan using accounts_unproven on accounts a
--                             Index Cond: (created_at <= $2)
--                             Filter: ((activated_at IS NULL) AND (invited_at IS NULL) AND (disabled_at IS NULL) AND (id = ANY ($1)))
--                       ->  Seq Scan on imported_accounts m
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = a.id)
--                       Filter: (((GREATEST(created_at, refresh_rotated_at) > $3) OR ((ended_at IS NULL) AND (expires_at > $4))) AND ((GREATEST(created_at, refresh_rotated_at) > $3) OR ((ended_at IS NULL) AND (expires_at > $4) AND ((refresh_rotated_at IS NOT NULL) OR (created_at > a.created_at)))))
--   CTE budgets
--     ->  Delete on guess_budgets
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: (deleted_1.account_id)::text
--                       ->  CTE Scan on deleted deleted_1
--                 ->  Bitmap Heap Scan on guess_budgets
--                       Recheck Cond: ((deleted_1.account_id)::text = subject)
--                       ->  Bitmap Index Scan on guess_budgets_pkey
--                             Index Cond: (subject = (deleted_1.account_id)::text)
