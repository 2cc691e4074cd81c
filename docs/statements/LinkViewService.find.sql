-- LinkViewService.find

SELECT a.protocol, x.email, x.language, a.created_at AS requested_at, m.redirect_url, b.token_hash AS browser_token_hash,
        m.client_address, m.user_agent
      FROM attempts a JOIN accounts x ON x.id = a.account_id
        LEFT JOIN magic_links m ON m.attempt_id = a.id
        LEFT JOIN browser_sessions b ON b.id = a.browser_session_id
      WHERE a.kind = 'link' AND a.secret_hash = ANY($1::text[]) AND a.purpose IN ('magic_link', 'sign_in') AND (a.status = 'open' AND a.expires_at > $2::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))
        AND x.disabled_at IS NULL AND x.email IS NOT NULL;

-- Plan, with any values:
-- Nested Loop Left Join
--   ->  Nested Loop Left Join
--         ->  Nested Loop
--               ->  Index Scan using attempts_link on attempts a
--                     Index Cond: (secret_hash = ANY ($1))
--                     Filter: ((purpose = ANY ('{magic_link,sign_in}'::text[])) AND (expires_at > $2) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($3)) OR EXISTS(SubPlan 1)))
--                     SubPlan 1
--                       ->  Index Scan using accounts_pkey on accounts o
--                             Index Cond: (id = a.account_id)
--                             Filter: (security_stamp <= a.security_stamp)
--               ->  Index Scan using accounts_pkey on accounts x
--                     Index Cond: (id = a.account_id)
--                     Filter: ((disabled_at IS NULL) AND (email IS NOT NULL))
--         ->  Index Scan using magic_links_pkey on magic_links m
--               Index Cond: (attempt_id = a.id)
--   ->  Index Scan using browser_sessions_pkey on browser_sessions b
--         Index Cond: (id = a.browser_session_id)
