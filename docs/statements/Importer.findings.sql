-- Importer.findings

SELECT line, what, reason FROM import_findings WHERE import_id = $1::bigint AND line > $2::int
    ORDER BY import_findings.line LIMIT $3::int;

-- Plan, with any values:
-- Limit
--   ->  Sort
--         Sort Key: line
--         ->  Seq Scan on import_findings
--               Filter: ((line > $2) AND (import_id = $1))
