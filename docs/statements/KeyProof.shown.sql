-- KeyProof.shown

WITH challenge AS (
      SELECT a.id, a.account_id, a.session_id, a.method FROM attempts a WHERE a.kind = 'challenge' AND a.secret_hash = ANY($1::text[]) AND a.protocol = $2 AND a.purpose = $3
        AND (a.status = 'open' AND a.expires_at > $4::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))),
login_key AS (
    SELECT c.account_id, c.kind,
      json_build_object('id', c.id::text, 'kind', c.kind, 'credential_id', c.credential_id, 'public_key', c.public_key,
        'sign_count', c.sign_count::text) AS key,
      json_build_object('id', o.id::text, 'uuid', o.uuid, 'org_id', o.org_id, 'second_factor', o.second_factor,
        'security_stamp', o.security_stamp) AS account,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = o.id) AS totp_sealed
    FROM credentials c JOIN accounts o ON o.id = c.account_id AND o.disabled_at IS NULL
    WHERE c.credential_id = $6 AND c.revoked_at IS NULL AND c.kind <> 'RecoveryKey'),
shown AS (
        SELECT c.method, c.account_id IS NULL AS unclaimed, k.key, k.account, k.totp_sealed
        FROM challenge c JOIN login_key k
          ON k.account_id = c.account_id OR (c.account_id IS NULL AND k.kind = 'Fido2') LIMIT 1)
SELECT * FROM shown;

-- Plan, with any values:
-- Limit
--   ->  Nested Loop
--         ->  Nested Loop
--               Join Filter: ((c.account_id = a.account_id) OR ((a.account_id IS NULL) AND (c.kind = 'Fido2'::text)))
--               ->  Index Scan using attempts_challenge on attempts a
--                     Index Cond: (secret_hash = ANY ($1))
--                     Filter: ((expires_at > $4) AND (protocol = $2) AND (purpose = $3) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($5)) OR EXISTS(SubPlan 2)))
--                     SubPlan 2
--                       ->  Index Scan using accounts_pkey on accounts o_1
--                             Index Cond: (id = a.account_id)
--                             Filter: (security_stamp <= a.security_stamp)
--               ->  Index Scan using credentials_shown on credentials c
--                     Index Cond: (credential_id = $6)
--                     Filter: (kind <> 'RecoveryKey'::text)
--         ->  Index Scan using accounts_pkey on accounts o
--               Index Cond: (id = c.account_id)
--               Filter: (disabled_at IS NULL)
--         SubPlan 1
--           ->  Index Scan using totp_factors_pkey on totp_factors t
--                 Index Cond: (account_id = o.id)
