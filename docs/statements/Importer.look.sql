-- Importer.look

WITH incoming AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (line integer, id bigint, uuid uuid, external_id text,
      email text, emails text[], username text, phone text, phone_signs_in boolean, first_name text, last_name text,
      password_hash text, password_changed_at timestamptz, second_factor text, org_id text, tenant_id text, language text,
      created_at timestamptz, invited_at timestamptz, activated_at timestamptz, disabled_at timestamptz,
      totp_sealed text, totp_step bigint, backup_codes jsonb, credentials jsonb, identities jsonb))

    SELECT i.line, coalesce(m.account_id, (SELECT a.id FROM accounts a WHERE a.uuid = i.uuid)) AS known,
      m.import_id AS known_import, m.line AS known_line,
      CASE
        WHEN EXISTS (SELECT FROM accounts a WHERE a.id = i.id) THEN 'id'
        WHEN EXISTS (SELECT FROM accounts a WHERE a.email = ANY(i.emails) AND (i.activated_at IS NULL OR a.activated_at IS NOT NULL
          OR a.invited_at IS NOT NULL OR EXISTS (SELECT FROM imported_accounts o WHERE o.account_id = a.id))) THEN 'email'
        WHEN EXISTS (SELECT FROM accounts a WHERE a.username = i.username) THEN 'username'
        WHEN EXISTS (SELECT FROM accounts a WHERE a.phone = i.phone) THEN 'phone'
        WHEN i.credentials IS NOT NULL AND EXISTS (
          SELECT FROM jsonb_to_recordset(i.credentials) AS n (uuid uuid, kind text, credential_id text)
          WHERE EXISTS (SELECT FROM credentials c WHERE c.uuid = n.uuid) OR (n.kind = 'Fido2' AND EXISTS (
            SELECT FROM credentials c WHERE c.credential_id = n.credential_id AND c.revoked_at IS NULL AND c.kind = 'Fido2')))
          THEN 'credential'
        WHEN i.identities IS NOT NULL AND EXISTS (
          SELECT FROM jsonb_to_recordset(i.identities) AS n (issuer text, subject text)
          WHERE EXISTS (SELECT FROM external_identities x WHERE x.issuer = n.issuer AND x.subject = n.subject)) THEN 'identity'
      END AS taken
    FROM incoming i LEFT JOIN imported_accounts m ON m.external_id = i.external_id;

-- Plan, with any values:
-- Hash Left Join
--   Hash Cond: (i.external_id = m.external_id)
--   ->  Function Scan on jsonb_to_recordset i
--   ->  Hash
--         ->  Seq Scan on imported_accounts m
--   SubPlan 1
--     ->  Index Scan using accounts_uuid_key on accounts a
--           Index Cond: (uuid = i.uuid)
--   SubPlan 2
--     ->  Index Only Scan using accounts_pkey on accounts a_1
--           Index Cond: (id = i.id)
--   SubPlan 6
--     ->  Index Scan using accounts_email_key on accounts a_2
--           Index Cond: (email = ANY (i.emails))
--           Filter: ((i.activated_at IS NULL) OR (activated_at IS NOT NULL) OR (invited_at IS NOT NULL) OR EXISTS(SubPlan 4))
--           SubPlan 4
--             ->  Seq Scan on imported_accounts o
--                   Filter: (account_id = a_2.id)
--   SubPlan 7
--     ->  Index Only Scan using accounts_username_prefix on accounts a_3
--           Index Cond: (username = i.username)
--   SubPlan 9
--     ->  Index Only Scan using accounts_phone_prefix on accounts a_4
--           Index Cond: (phone = i.phone)
--   SubPlan 15
--     ->  Function Scan on jsonb_to_recordset n
--           Filter: (EXISTS(SubPlan 11) OR ((kind = 'Fido2'::text) AND (ANY (credential_id = (hashed SubPlan 14).col1))))
--           SubPlan 11
--             ->  Index Only Scan using credentials_uuid_key on credentials c
--                   Index Cond: (uuid = n.uuid)
--           SubPlan 14
--             ->  Index Only Scan using credentials_fido2 on credentials c_1
--   SubPlan 16
--     ->  Hash Join
--           Hash Cond: ((x.issuer = n_1.issuer) AND (x.subject = n_1.subject))
--           ->  Seq Scan on external_identities x
--           ->  Hash
--                 ->  Function Scan on jsonb_to_recordset n_1
