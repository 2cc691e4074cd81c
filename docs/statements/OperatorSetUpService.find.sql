-- OperatorSetUpService.find

SELECT id::text AS id, email, role FROM operators
    WHERE invitation_hash = $1 AND invitation_expires_at > $2::timestamptz;

-- Plan, with any values:
-- Seq Scan on operators
--   Filter: ((invitation_expires_at > $2) AND (invitation_hash = $1))
