-- DocspaceMailedKey.prove

WITH link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $1::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($2::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]))
SELECT f.*, a.id, a.email, a.phone, a.language, a.second_factor AS second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.uuid, a.invited_at FROM link_state f JOIN accounts a ON a.id = f.account_id;

-- Plan, with any values:
-- Nested Loop
--   ->  Index Scan using attempts_link on attempts a_1
--         Index Cond: (secret_hash = ANY ($3))
--         Filter: (purpose = ANY ($4))
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = a_1.account_id)
--   SubPlan 1
--     ->  Index Scan using accounts_pkey on accounts o
--           Index Cond: (id = a_1.account_id)
--           Filter: (security_stamp <= a_1.security_stamp)
