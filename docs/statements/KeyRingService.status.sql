-- KeyRingService.status

SELECT count(*) FROM backup_codes WHERE used_at IS NULL AND created_at < $1::timestamptz;

-- Plan, with any values:
-- Aggregate
--   ->  Seq Scan on backup_codes
--         Filter: ((used_at IS NULL) AND (created_at < $1))
