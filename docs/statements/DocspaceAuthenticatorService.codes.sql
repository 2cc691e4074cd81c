-- DocspaceAuthenticatorService.codes

WITH of_account AS (SELECT $1::bigint AS account_id),
kept AS (
      SELECT b.code_sealed, b.used_at IS NOT NULL AS used FROM backup_codes b JOIN of_account f USING (account_id)
      WHERE b.code_sealed IS NOT NULL ORDER BY b.code_hash)
SELECT * FROM kept;

-- Plan, with any values:
-- Subquery Scan on kept
--   ->  Sort
--         Sort Key: b.code_hash
--         ->  Bitmap Heap Scan on backup_codes b
--               Recheck Cond: (account_id = $1)
--               Filter: (code_sealed IS NOT NULL)
--               ->  Bitmap Index Scan on backup_codes_pkey
--                     Index Cond: (account_id = $1)
