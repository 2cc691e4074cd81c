-- AccountsService.create

DELETE FROM accounts WHERE accounts.email = ANY($1::text[]) AND activated_at IS NULL AND invited_at IS NULL;

-- Plan, with any values:
-- Delete on accounts
--   ->  Index Scan using accounts_unproven on accounts
--         Filter: ((activated_at IS NULL) AND (invited_at IS NULL) AND (email = ANY ($1)))
