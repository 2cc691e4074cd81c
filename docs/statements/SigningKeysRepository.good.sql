-- SigningKeysRepository.good

SELECT kid, private_key_sealed AS "privateKeySealed", signs_from AS "signsFrom", good_until AS "goodUntil"
      FROM signing_keys WHERE good_until IS NULL OR good_until > $1::timestamptz
      ORDER BY signs_from, created_at;

-- Plan, with any values:
-- Sort
--   Sort Key: signs_from, created_at
--   ->  Seq Scan on signing_keys
--         Filter: ((good_until IS NULL) OR (good_until > $1))
