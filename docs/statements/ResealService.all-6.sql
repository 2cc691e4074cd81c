-- ResealService.all

UPDATE totp_factors t SET secret_sealed = n.resealed FROM unnest($1::text[], $2::text[], $3::text[]) AS n (id, sealed, resealed)
    WHERE t.account_id = n.id::bigint AND t.secret_sealed = n.sealed RETURNING t.account_id;

-- Plan, with any values:
-- Update on totp_factors t
--   ->  Nested Loop
--         ->  Function Scan on n
--         ->  Index Scan using totp_factors_pkey on totp_factors t
--               Index Cond: (account_id = (n.id)::bigint)
--               Filter: (n.sealed = secret_sealed)
