-- AccountSearchService.named

SELECT * FROM (
      (SELECT a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.second_factor AS "secondFactor", a.org_id AS "orgId",
  a.tenant_id AS "tenantId", a.language, a.created_at AS "createdAt", a.activated_at AS "activatedAt", a.disabled_at AS "disabledAt", a.phone AS name, 'phone' AS kind FROM accounts a
       WHERE a.phone ~>=~ $1::text AND a.phone ~<~ $2::text
       ORDER BY a.phone USING ~<~ LIMIT $3::int)) hits ORDER BY name USING ~<~, kind LIMIT $4::int;

-- Plan, with any values:
-- Limit
--   ->  Incremental Sort
--         Sort Key: a.phone USING ~<~, ('phone'::text)
--         Presorted Key: a.phone
--         ->  Limit
--               ->  Index Scan using accounts_phone_prefix on accounts a
--                     Index Cond: ((phone ~>=~ $1) AND (phone ~<~ $2))
