-- IdempotencyService.keep

UPDATE idempotent_calls SET answer_sealed = $1 WHERE id = $2 AND answer_sealed IS NULL;

-- Plan, with any values:
-- Update on idempotent_calls
--   ->  Seq Scan on idempotent_calls
--         Filter: ((answer_sealed IS NULL) AND (id = $2))
