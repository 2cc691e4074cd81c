-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.email = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username'));

-- Plan, with any values:
-- Result
--   One-Time Filter: (InitPlan 1).col1
--   InitPlan 1
--     ->  Index Scan using accounts_email_prefix on accounts
--           Index Cond: (email = $2)
--           Filter: ((activated_at IS NOT NULL) OR (invited_at IS NOT NULL) OR ($3 = 'username'::text))
