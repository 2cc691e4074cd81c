-- DocspaceTextService.waiting

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s)

    SELECT f.*, (a.second_factor = 'sms' AND a.phone IS NULL) AS waits FROM pending f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND ((a.second_factor = 'sms' AND a.phone IS NULL) OR NOT $5::boolean);

-- Plan, with any values:
-- Nested Loop
--   CTE pending
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_token_hash_key on sessions s
--                       Index Cond: (token_hash = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $4) AND (protocol = $2) AND (stage = $3))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   ->  CTE Scan on pending f
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = f.account_id)
--         Filter: ((disabled_at IS NULL) AND (((second_factor = 'sms'::text) AND (phone IS NULL)) OR (NOT $5)))
