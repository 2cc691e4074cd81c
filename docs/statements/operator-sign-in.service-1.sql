-- operator-sign-in.service

SELECT id::text AS id, email, role, password_hash, totp_sealed FROM operators WHERE email = $1;

-- Plan, with any values:
-- Seq Scan on operators
--   Filter: (email = $1)
