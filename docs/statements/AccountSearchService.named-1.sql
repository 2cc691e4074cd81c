-- AccountSearchService.named

SELECT * FROM (
      (SELECT a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.second_factor AS "secondFactor", a.org_id AS "orgId",
  a.tenant_id AS "tenantId", a.language, a.created_at AS "createdAt", a.activated_at AS "activatedAt", a.disabled_at AS "disabledAt", a.email AS name, 'email' AS kind FROM accounts a
       WHERE a.email ~>=~ $1::text AND a.email ~<~ $2::text
       ORDER BY a.email USING ~<~ LIMIT $3::int)) hits ORDER BY name USING ~<~, kind LIMIT $4::int;

-- Plan, with any values:
-- Limit
--   ->  Incremental Sort
--         Sort Key: a.email USING ~<~, ('email'::text)
--         Presorted Key: a.email
--         ->  Limit
--               ->  Index Scan using accounts_email_prefix on accounts a
--                     Index Cond: ((email ~>=~ $1) AND (email ~<~ $2))
