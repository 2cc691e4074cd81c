-- OneMoreKey.add

WITH challenge AS (
      SELECT a.id, a.account_id, a.session_id, a.method FROM attempts a WHERE a.kind = 'challenge' AND a.secret_hash = ANY($1::text[]) AND a.protocol = $2 AND a.purpose = $3
        AND (a.status = 'open' AND a.expires_at > $4::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))))

    SELECT a.id AS account_id FROM accounts a JOIN challenge f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a;

-- Plan, with any values:
-- LockRows
--   ->  Nested Loop
--         ->  Index Scan using attempts_challenge on attempts a_1
--               Index Cond: (secret_hash = ANY ($1))
--               Filter: ((expires_at > $4) AND (kind = 'challenge'::text) AND (protocol = $2) AND (purpose = $3) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($5)) OR EXISTS(SubPlan 1)))
--               SubPlan 1
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = a_1.account_id)
--                       Filter: (security_stamp <= a_1.security_stamp)
--         ->  Index Scan using accounts_pkey on accounts a
--               Index Cond: (id = a_1.account_id)
--               Filter: (disabled_at IS NULL)
