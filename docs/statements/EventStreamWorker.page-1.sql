-- EventStreamWorker.page

SELECT id::text AS id, uuid FROM accounts WHERE id = ANY($1::bigint[]);

-- Plan, with any values:
-- Index Scan using accounts_pkey on accounts
--   Index Cond: (id = ANY ($1))
