-- OneMoreKey.add

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp))

    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a;

-- Plan, with any values:
-- LockRows
--   ->  Nested Loop
--         ->  Nested Loop
--               ->  Index Scan using sessions_pkey on sessions s
--                     Index Cond: (id = $1)
--                     Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--               ->  Index Scan using accounts_pkey on accounts o
--                     Index Cond: (id = s.account_id)
--                     Filter: (security_stamp <= s.security_stamp)
--         ->  Index Scan using accounts_pkey on accounts a
--               Index Cond: (id = o.id)
--               Filter: (disabled_at IS NULL)
