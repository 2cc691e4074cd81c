-- MessagesRepository.settle

UPDATE messages SET
        state = $1,
        ended_at = $2::timestamptz,
        facts_sealed = CASE WHEN $3::boolean THEN NULL ELSE facts_sealed END,
        leased_until = NULL,
        next_try_at = LEAST($4::timestamptz, expires_at),
        last_error = COALESCE($5::text, last_error)
      WHERE id = $6::bigint AND tries = $7::smallint AND state = 'queued'
      RETURNING id;

-- Plan, with any values:
-- Update on messages
--   ->  Index Scan using messages_pkey on messages
--         Index Cond: (id = $6)
--         Filter: ((tries = $7) AND (state = 'queued'::text))
