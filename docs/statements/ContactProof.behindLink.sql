-- ContactProof.behindLink

WITH link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $1::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($2::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[])),
contact_behind AS (
    SELECT f.*, c.address FROM link_state f JOIN contact_changes c ON c.account_id = f.account_id AND c.attempt_id = f.attempt_id::bigint)
SELECT * FROM contact_behind;

-- Plan, with any values:
-- Nested Loop
--   ->  Index Scan using attempts_link on attempts a
--         Index Cond: (secret_hash = ANY ($3))
--         Filter: (purpose = ANY ($4))
--   ->  Index Scan using contact_changes_pkey on contact_changes c
--         Index Cond: (account_id = a.account_id)
--         Filter: (attempt_id = ((a.id)::text)::bigint)
--   SubPlan 1
--     ->  Index Scan using accounts_pkey on accounts o
--           Index Cond: (id = a.account_id)
--           Filter: (security_stamp <= a.security_stamp)
