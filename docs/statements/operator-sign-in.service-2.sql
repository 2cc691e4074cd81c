-- operator-sign-in.service

UPDATE operators SET wrong_codes = wrong_codes + 1
    WHERE $1::boolean AND id = $2::bigint AND password_hash = $3::text
      AND totp_sealed = $4::text AND wrong_codes < $5::int
    RETURNING id::text AS id, email, role;

-- Plan, with any values:
-- Update on operators
--   ->  Result
--         One-Time Filter: $1
--         ->  Seq Scan on operators
--               Filter: ((wrong_codes < $5) AND (id = $2) AND (password_hash = $3) AND (totp_sealed = $4))
