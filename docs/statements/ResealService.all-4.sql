-- ResealService.all

UPDATE signing_keys k SET private_key_sealed = n.resealed FROM unnest($1::text[], $2::text[], $3::text[]) AS n (id, sealed, resealed)
    WHERE k.kid = n.id AND k.private_key_sealed = n.sealed RETURNING k.kid;

-- Plan, with any values:
-- Update on signing_keys k
--   ->  Hash Join
--         Hash Cond: ((n.id = k.kid) AND (n.sealed = k.private_key_sealed))
--         ->  Function Scan on n
--         ->  Hash
--               ->  Seq Scan on signing_keys k
