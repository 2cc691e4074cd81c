-- ChallengedService.holder

WITH challenge AS (
      SELECT a.id, a.account_id, a.session_id, a.method FROM attempts a WHERE a.kind = 'challenge' AND a.secret_hash = ANY($1::text[]) AND a.protocol = $2 AND a.purpose = $3
        AND (a.status = 'open' AND a.expires_at > $4::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN challenge f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN challenge f ON f.account_id = a.id WHERE a.disabled_at IS NULL)
SELECT * FROM key_holder;

-- Plan, with any values:
-- Nested Loop
--   CTE challenge
--     ->  Index Scan using attempts_challenge on attempts a_1
--           Index Cond: (secret_hash = ANY ($1))
--           Filter: ((expires_at > $4) AND (protocol = $2) AND (purpose = $3) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($5)) OR EXISTS(SubPlan 1)))
--           SubPlan 1
--             ->  Index Scan using accounts_pkey on accounts o
--                   Index Cond: (id = a_1.account_id)
--                   Filter: (security_stamp <= a_1.security_stamp)
--   InitPlan 3
--     ->  Aggregate
--           ->  Subquery Scan on k
--                 ->  Sort
--                       Sort Key: c.id
--                       ->  Nested Loop
--                             ->  CTE Scan on challenge f_1
--                             ->  Index Scan using credentials_account on credentials c
--                                   Index Cond: (account_id = f_1.account_id)
--                                   Filter: (revoked_at IS NULL)
--   ->  CTE Scan on challenge f
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = f.account_id)
--         Filter: (disabled_at IS NULL)
