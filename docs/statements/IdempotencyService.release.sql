-- IdempotencyService.release

DELETE FROM idempotent_calls WHERE id = $1 AND answer_sealed IS NULL;

-- Plan, with any values:
-- Delete on idempotent_calls
--   ->  Seq Scan on idempotent_calls
--         Filter: ((answer_sealed IS NULL) AND (id = $1))
