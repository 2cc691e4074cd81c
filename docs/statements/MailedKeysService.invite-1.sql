-- MailedKeysService.invite

DELETE FROM accounts WHERE email = $1 AND activated_at IS NULL AND invited_at IS NULL;

-- Plan, with any values:
-- Delete on accounts
--   ->  Index Scan using accounts_email_key on accounts
--         Index Cond: (email = $1)
--         Filter: ((activated_at IS NULL) AND (invited_at IS NULL))
