-- AccountSearchService.named

SELECT * FROM (
      (SELECT a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.second_factor AS "secondFactor", a.org_id AS "orgId",
  a.tenant_id AS "tenantId", a.language, a.created_at AS "createdAt", a.activated_at AS "activatedAt", a.disabled_at AS "disabledAt", a.email AS name, 'email' AS kind FROM accounts a
       WHERE a.email ~>=~ $1::text AND a.email ~<~ $2::text AND a.org_id = $3::text
       ORDER BY a.email USING ~<~ LIMIT $4::int) UNION ALL
      (SELECT a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.second_factor AS "secondFactor", a.org_id AS "orgId",
  a.tenant_id AS "tenantId", a.language, a.created_at AS "createdAt", a.activated_at AS "activatedAt", a.disabled_at AS "disabledAt", a.username AS name, 'username' AS kind FROM accounts a
       WHERE a.username ~>=~ $5::text AND a.username ~<~ $6::text AND a.org_id = $7::text
       ORDER BY a.username USING ~<~ LIMIT $8::int)) hits ORDER BY name USING ~<~, kind LIMIT $9::int;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: a.email USING ~<~, ('email'::text)
--         ->  Append
--               ->  Limit
--                     ->  Sort
--                           Sort Key: a.email USING ~<~
--                           ->  Index Scan using accounts_org on accounts a
--                                 Index Cond: (org_id = $3)
--                                 Filter: ((email ~>=~ $1) AND (email ~<~ $2))
--               ->  Limit
--                     ->  Sort
--                           Sort Key: a_1.username USING ~<~
--                           ->  Index Scan using accounts_org on accounts a_1
--                                 Index Cond: (org_id = $7)
--                                 Filter: ((username ~>=~ $5) AND (username ~<~ $6))
