-- AccountSearchService.newest

SELECT a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.second_factor AS "secondFactor", a.org_id AS "orgId",
  a.tenant_id AS "tenantId", a.language, a.created_at AS "createdAt", a.activated_at AS "activatedAt", a.disabled_at AS "disabledAt" FROM accounts a WHERE a.id < $1::bigint AND a.org_id = $2::text AND a.tenant_id = $3::text ORDER BY a.id DESC LIMIT $4::int;

-- Plan, with any values:
-- Limit
--   ->  Index Scan Backward using accounts_tenant on accounts a
--         Index Cond: ((tenant_id = $3) AND (id < $1))
--         Filter: (org_id = $2)
