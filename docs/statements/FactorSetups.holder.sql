-- FactorSetups.holder

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $4::timestamptz
      ELSE $5::boolean OR s.signed_in_at > $6::timestamptz END),
with_holder AS (
    SELECT a.id AS account_id, coalesce(a.email, a.username, a.phone) AS label, a.activated_at IS NOT NULL AS proven
    FROM session s JOIN accounts a ON a.id = s.account_id),
asking AS (SELECT h.*, EXISTS (SELECT FROM fresh) AS fresh FROM with_holder h)
SELECT * FROM asking;

-- Plan, with any values:
-- Nested Loop
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s_1
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s_1.account_id)
--                       Filter: (security_stamp <= s_1.security_stamp)
--   InitPlan 2
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a_1
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $4) ELSE ($5 OR (session.signed_in_at > $6)) END)
--   ->  CTE Scan on session s
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = s.account_id)
