-- MessagesRepository.take

WITH due AS MATERIALIZED (
        SELECT m.id, CASE WHEN m.expires_at <= $1::timestamptz THEN 'expired'
          WHEN false THEN 'discarded' END AS death
        FROM messages m
        WHERE m.state = 'queued' AND m.channel = $2 AND m.next_try_at <= $3::timestamptz
          AND (m.leased_until IS NULL OR m.leased_until <= $4::timestamptz)
          AND m.expires_at <= $5::timestamptz AND m.id <> ALL($6::bigint[])
        ORDER BY m.notice, m.expires_at LIMIT $7 FOR UPDATE OF m SKIP LOCKED
      )
      UPDATE messages m SET
        tries = CASE WHEN death IS NULL THEN tries % $8::smallint + 1 ELSE tries END,
        leased_until = CASE WHEN death IS NULL THEN $9::timestamptz END,
        state = COALESCE(death, state),
        ended_at = CASE WHEN death IS NOT NULL THEN $10::timestamptz END,
        facts_sealed = CASE WHEN death IS NULL THEN facts_sealed END
      FROM due WHERE m.id = due.id
      RETURNING m.id, m.reference, channel, template, recipient, language, NULL::text AS organisation, facts_sealed AS "factsSealed", tries,
        created_at AS "createdAt", expires_at AS "expiresAt", state;

-- Plan, with any values:
-- Update on messages m
--   CTE due
--     ->  Limit
--           ->  LockRows
--                 ->  Index Scan using messages_due on messages m_1
--                       Index Cond: ((channel = $2) AND (expires_at <= $5) AND (next_try_at <= $3))
--                       Filter: (((leased_until IS NULL) OR (leased_until <= $4)) AND (state = 'queued'::text) AND (id <> ALL ($6)))
--   ->  Nested Loop
--         ->  CTE Scan on due
--         ->  Index Scan using messages_pkey on messages m
--               Index Cond: (id = due.id)
