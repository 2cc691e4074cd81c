-- MessagesRepository.take

WITH due AS MATERIALIZED (
        SELECT m.id, CASE WHEN m.expires_at <= $1::timestamptz THEN 'expired'
          WHEN EXISTS (
    SELECT FROM attempts a WHERE a.id = m.attempt_id
      AND (a.status IN ('consumed', 'superseded') OR a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($2::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) THEN 'discarded' END AS death
        FROM messages m
        WHERE m.state = 'queued' AND m.channel = $3 AND m.next_try_at <= $4::timestamptz
          AND (m.leased_until IS NULL OR m.leased_until <= $5::timestamptz)
          AND m.expires_at <= $6::timestamptz AND m.id <> ALL($7::bigint[])
        ORDER BY m.notice, m.expires_at LIMIT $8 FOR UPDATE OF m SKIP LOCKED
      )
      UPDATE messages m SET
        tries = CASE WHEN death IS NULL THEN tries % $9::smallint + 1 ELSE tries END,
        leased_until = CASE WHEN death IS NULL THEN $10::timestamptz END,
        state = COALESCE(death, state),
        ended_at = CASE WHEN death IS NOT NULL THEN $11::timestamptz END,
        facts_sealed = CASE WHEN death IS NULL THEN facts_sealed END
      FROM due WHERE m.id = due.id
      RETURNING m.id, m.reference, channel, template, recipient, language, (SELECT a.org_id FROM accounts a WHERE a.id = m.account_id) AS organisation, facts_sealed AS "factsSealed", tries,
        created_at AS "createdAt", expires_at AS "expiresAt", state;

-- Plan, with any values:
-- Update on messages m
--   CTE due
--     ->  Limit
--           ->  LockRows
--                 ->  Index Scan using messages_due on messages m_1
--                       Index Cond: ((channel = $3) AND (expires_at <= $6) AND (next_try_at <= $4))
--                       Filter: (((leased_until IS NULL) OR (leased_until <= $5)) AND (state = 'queued'::text) AND (id <> ALL ($7)))
--                       SubPlan 2
--                         ->  Index Scan using attempts_pkey on attempts a
--                               Index Cond: (id = m_1.attempt_id)
--                               Filter: ((status = ANY ('{consumed,superseded}'::text[])) OR ((status = 'open'::text) AND (account_id IS NOT NULL) AND (purpose <> ALL ($2)) AND (NOT EXISTS(SubPlan 1))))
--                               SubPlan 1
--                                 ->  Index Scan using accounts_pkey on accounts o
--                                       Index Cond: (id = a.account_id)
--                                       Filter: (security_stamp <= a.security_stamp)
--   ->  Nested Loop
--         ->  CTE Scan on due
--         ->  Index Scan using messages_pkey on messages m
--               Index Cond: (id = due.id)
--   SubPlan 6
--     ->  Index Scan using accounts_pkey on accounts a_1
--           Index Cond: (id = m.account_id)
