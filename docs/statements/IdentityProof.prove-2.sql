-- IdentityProof.prove

WITH identity AS (SELECT account_id FROM external_identities WHERE issuer = $1 AND subject = $2),
owner AS (
      SELECT account_id, true AS linked FROM identity
      UNION ALL
      (SELECT id, false FROM accounts
      WHERE accounts.email = $3 AND activated_at IS NOT NULL AND NOT EXISTS (SELECT FROM identity)
      ))

      SELECT a.id, a.email, a.phone, a.language, a.second_factor AS second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, o.linked, NOT o.linked AND EXISTS (
        SELECT FROM external_identities i WHERE i.account_id = a.id AND i.issuer = $4) AS taken
      FROM accounts a JOIN owner o ON o.account_id = a.id;

-- Plan, with any values:
-- Nested Loop
--   CTE identity
--     ->  Index Scan using external_identities_pkey on external_identities
--           Index Cond: ((issuer = $1) AND (subject = $2))
--   ->  Append
--         ->  CTE Scan on identity
--         ->  Subquery Scan on "*SELECT* 2"
--               ->  Result
--                     One-Time Filter: (NOT (InitPlan 4).col1)
--                     InitPlan 4
--                       ->  CTE Scan on identity identity_1
--                     ->  Index Scan using accounts_email_prefix on accounts
--                           Index Cond: (email = $3)
--                           Filter: (activated_at IS NOT NULL)
--   ->  Index Scan using accounts_pkey on accounts a
--         Index Cond: (id = identity.account_id)
--   SubPlan 2
--     ->  Index Only Scan using external_identities_account on external_identities i
--           Index Cond: ((account_id = a.id) AND (issuer = $4))
