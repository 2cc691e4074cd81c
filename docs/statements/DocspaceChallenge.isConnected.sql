-- DocspaceChallenge.isConnected

WITH of_account AS (SELECT $1::bigint AS account_id)
SELECT t.secret_sealed FROM totp_factors t JOIN of_account f USING (account_id);

-- Plan, with any values:
-- Index Scan using totp_factors_pkey on totp_factors t
--   Index Cond: (account_id = $1)
