-- DocspaceKeyCheck.find

WITH pending_state AS (
    SELECT s.account_id, CASE WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
      WHEN s.expires_at <= $1::timestamptz THEN 'expired' ELSE 'open' END AS state
    FROM sessions s WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = 'pending'),
link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $4::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($6::text[]) AND a.purpose = ANY($7::text[])),
shown AS (
        SELECT account_id, state, false AS mailed FROM pending_state UNION ALL SELECT account_id, state, true FROM link_state),
with_set_up AS (
    SELECT f.*, a.uuid, a.email, coalesce(a.email, a.username, a.phone) AS label, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $8::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor, CASE a.second_factor
      WHEN 'sms' THEN a.phone IS NOT NULL
      WHEN 'totp' THEN EXISTS (SELECT FROM totp_factors t WHERE t.account_id = a.id) ELSE true END AS is_set_up
    FROM shown f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL)
SELECT * FROM with_set_up;

-- Plan, with any values:
-- Nested Loop
--   ->  Append
--         ->  Index Scan using sessions_token_hash_key on sessions s
--               Index Cond: (token_hash = $2)
--               Filter: ((protocol = $3) AND (stage = 'pending'::text))
--               SubPlan 3
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--         ->  Index Scan using attempts_link on attempts a_1
--               Index Cond: (secret_hash = ANY ($6))
--               Filter: (purpose = ANY ($7))
--               SubPlan 4
--                 ->  Index Scan using accounts_pkey on accounts o_1
--                       Index Cond: (id = a_1.account_id)
--                       Filter: (security_stamp <= a_1.security_stamp)
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = s.account_id)
--         Filter: (disabled_at IS NULL)
--   SubPlan 1
--     ->  Index Only Scan using totp_factors_pkey on totp_factors t
--           Index Cond: (account_id = a.id)
