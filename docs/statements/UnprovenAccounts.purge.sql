-- UnprovenAccounts.purge

SELECT a.id::text AS id FROM accounts a WHERE
  a.activated_at IS NULL AND a.invited_at IS NULL AND a.disabled_at IS NULL AND a.created_at <= $1::timestamptz
  AND NOT EXISTS (SELECT FROM imported_accounts m WHERE m.account_id = a.id) AND NOT EXISTS (
    SELECT FROM sessions s WHERE s.account_id = a.id AND (
      greatest(s.created_at, s.refresh_rotated_at) > $2::timestamptz
      OR (s.ended_at IS NULL AND s.expires_at > $3::timestamptz
        AND (s.refresh_rotated_at IS NOT NULL OR s.created_at > a.created_at)))) LIMIT $4::int;

-- Plan, with any values:
-- Limit
--   ->  Nested Loop Anti Join
--         ->  Nested Loop Anti Join
--               Join Filter: (m.account_id = a.id)
--               ->  Index Scan using accounts_unproven on accounts a
--                     Index Cond: (created_at <= $1)
--                     Filter: (disabled_at IS NULL)
--               ->  Seq Scan on imported_accounts m
--         ->  Index Scan using sessions_account on sessions s
--               Index Cond: (account_id = a.id)
--               Filter: (((GREATEST(created_at, refresh_rotated_at) > $2) OR ((ended_at IS NULL) AND (expires_at > $3))) AND ((GREATEST(created_at, refresh_rotated_at) > $2) OR ((ended_at IS NULL) AND (expires_at > $3) AND ((refresh_rotated_at IS NOT NULL) OR (created_at > a.created_at)))))
