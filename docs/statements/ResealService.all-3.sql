-- ResealService.all

SELECT account_id AS id, secret_sealed AS sealed FROM totp_factors
    WHERE split_part(secret_sealed, '.', 1) <> $1 AND account_id > ($2)::bigint
    ORDER BY account_id LIMIT $3;

-- Plan, with any values:
-- Limit
--   ->  Index Scan using totp_factors_pkey on totp_factors
--         Index Cond: (account_id > $2)
--         Filter: (split_part(secret_sealed, '.'::text, 1) <> $1)
