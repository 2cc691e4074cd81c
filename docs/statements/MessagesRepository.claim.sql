-- MessagesRepository.claim

WITH due AS MATERIALIZED (
        SELECT id, expires_at <= $1::timestamptz AS dead FROM messages
        WHERE state = 'queued' AND next_try_at <= $2::timestamptz
          AND (leased_until IS NULL OR leased_until <= $3::timestamptz)
          AND id <> ALL($4::bigint[])
        ORDER BY next_try_at LIMIT $5 FOR UPDATE SKIP LOCKED
      )
      UPDATE messages m SET
        tries = CASE WHEN dead THEN tries ELSE tries % $6::smallint + 1 END,
        leased_until = CASE WHEN dead THEN NULL ELSE $7::timestamptz END,
        state = CASE WHEN dead THEN 'expired' ELSE state END,
        ended_at = CASE WHEN dead THEN $8::timestamptz END,
        facts_sealed = CASE WHEN dead THEN NULL ELSE facts_sealed END
      FROM due WHERE m.id = due.id
      RETURNING m.id, channel, template, recipient, language, facts_sealed AS "factsSealed", tries,
        expires_at AS "expiresAt", state;

-- Plan, with any values:
-- Update on messages m
--   CTE due
--     ->  Limit
--           ->  LockRows
--                 ->  Index Scan using messages_due on messages
--                       Index Cond: (next_try_at <= $2)
--                       Filter: (((leased_until IS NULL) OR (leased_until <= $3)) AND (state = 'queued'::text) AND (id <> ALL ($4)))
--   ->  Nested Loop
--         ->  CTE Scan on due
--         ->  Index Scan using messages_pkey on messages m
--               Index Cond: (id = due.id)
