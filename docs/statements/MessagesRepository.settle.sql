-- MessagesRepository.settle

UPDATE messages m SET
        state = v.state,
        ended_at = CASE WHEN v.state <> 'queued' THEN $1::timestamptz END,
        facts_sealed = CASE WHEN v.state = 'queued' THEN facts_sealed END,
        leased_until = NULL,
        next_try_at = LEAST(v.next_try_at, expires_at),
        next_provider = v.next_provider,
        provider = COALESCE(v.provider, m.provider),
        provider_id = COALESCE(v.provider_id, m.provider_id),
        last_error = COALESCE(v.reason, last_error),
        hand_overs = CASE WHEN jsonb_array_length(hand_overs) < $2::int THEN hand_overs ELSE hand_overs - 0 END || v.entry
      FROM jsonb_to_recordset($3::jsonb) AS v(id bigint, tries smallint, state text, next_try_at timestamptz,
        next_provider text, provider text, provider_id text, reason text, entry jsonb)
      WHERE m.id = v.id AND m.tries = v.tries AND m.state = 'queued'
      RETURNING m.id;

-- Plan, with any values:
-- Update on messages m
--   ->  Hash Join
--         Hash Cond: ((m.id = v.id) AND (m.tries = v.tries))
--         ->  Bitmap Heap Scan on messages m
--               Recheck Cond: (state = 'queued'::text)
--               ->  Bitmap Index Scan on messages_due
--         ->  Hash
--               ->  Function Scan on jsonb_to_recordset v
