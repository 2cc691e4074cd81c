-- duties

DELETE FROM messages WHERE id IN (
      SELECT id FROM messages WHERE state <> 'queued' AND expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- Plan, with any values:
-- Delete on messages
--   ->  Hash Semi Join
--         Hash Cond: (messages.id = "ANY_subquery".id)
--         ->  Seq Scan on messages
--         ->  Hash
--               ->  Subquery Scan on "ANY_subquery"
--                     ->  Limit
--                           ->  LockRows
--                                 ->  Index Scan using messages_expires_at on messages messages_1
--                                       Index Cond: (expires_at <= $1)
--                                       Filter: (state <> 'queued'::text)
