-- Importer.tryToBring

WITH turn AS (SELECT id FROM imports WHERE id = $1::bigint AND line = $2::int AND finished_at IS NULL FOR UPDATE),
incoming AS (
    SELECT * FROM jsonb_to_recordset($3::jsonb) AS i (line integer, id bigint, uuid uuid, external_id text,
      email text, emails text[], username text, phone text, phone_signs_in boolean, first_name text, last_name text,
      password_hash text, password_changed_at timestamptz, second_factor text, org_id text, tenant_id text, language text,
      created_at timestamptz, invited_at timestamptz, activated_at timestamptz, disabled_at timestamptz,
      totp_sealed text, totp_step bigint, backup_codes jsonb, credentials jsonb, identities jsonb)),
looked_at AS (
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
    FROM incoming i LEFT JOIN imported_accounts m ON m.external_id = i.external_id),
outcomes AS (
    SELECT line, CASE WHEN known IS NULL THEN CASE WHEN taken IS NULL THEN 'created' ELSE 'refused' END
        WHEN known_import = $4::bigint THEN 'doubled' ELSE 'present' END AS what,
      CASE WHEN known IS NULL THEN $5::jsonb ->> taken
        WHEN known_import = $6::bigint THEN 'the person of line ' || known_line END AS reason
    FROM looked_at
    UNION ALL
    SELECT line, what, reason FROM jsonb_to_recordset($7::jsonb) AS f (line integer, what text, reason text)),
progress AS (
      UPDATE imports i SET line = $8::int, created = i.created + n.created, present = i.present + n.present,
        doubled = i.doubled + n.doubled, refused = i.refused + n.refused
      FROM turn t, (
        SELECT count(*) FILTER (WHERE what = 'created') AS created, count(*) FILTER (WHERE what = 'present') AS present,
          count(*) FILTER (WHERE what = 'doubled') AS doubled, count(*) FILTER (WHERE what = 'refused') AS refused
        FROM outcomes) n
      WHERE i.id = t.id
      RETURNING i.id::text AS id, i.line, i.created, i.present, i.doubled, i.refused),
findings AS (
      INSERT INTO import_findings (import_id, line, what, reason)
      SELECT t.id, o.line, o.what, o.reason FROM outcomes o, turn t WHERE o.reason IS NOT NULL RETURNING line),
welcome AS (
    SELECT i.* FROM incoming i JOIN looked_at l USING (line)
    WHERE l.known IS NULL AND l.taken IS NULL AND EXISTS (SELECT FROM turn)),
accounts_made AS (
      INSERT INTO accounts (id, uuid, email, username, phone, phone_signs_in, first_name, last_name, password_hash, password_changed_at,
        second_factor, org_id, tenant_id, language, created_at, invited_at, activated_at, disabled_at, updated_at)
      SELECT id, uuid, email, username, phone, phone_signs_in, first_name, last_name, password_hash, password_changed_at,
        second_factor, org_id, tenant_id, language, created_at, invited_at, activated_at, disabled_at, $9::timestamptz
      FROM welcome RETURNING id AS account_id),
origins_noted AS (
      INSERT INTO imported_accounts (account_id, external_id, import_id, line, imported_at)
      SELECT id, external_id, $10::bigint, CASE WHEN $11::bigint IS NOT NULL THEN line END, $12::timestamptz
      FROM welcome RETURNING account_id),
authenticators_made AS (
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT id, totp_sealed, totp_step, created_at FROM welcome WHERE totp_sealed IS NOT NULL RETURNING account_id),
backup_codes_made AS (
      INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at, used_at)
      SELECT p.id, n.hash, n.sealed, n.created_at, n.used_at FROM welcome p, jsonb_to_recordset(p.backup_codes) AS n (hash text,
        sealed text, created_at timestamptz, used_at timestamptz) WHERE p.backup_codes IS NOT NULL RETURNING account_id),
credentials_made AS (
      INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, transports,
        encrypted_private_key, created_at, deactivated_at, revoked_at)
      SELECT n.id, n.uuid, p.id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.transports,
        n.encrypted_private_key, n.created_at, n.deactivated_at, n.deactivated_at
      FROM welcome p, jsonb_to_recordset(p.credentials) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, transports text[], encrypted_private_key text, created_at timestamptz,
        deactivated_at timestamptz) WHERE p.credentials IS NOT NULL RETURNING account_id),
identities_made AS (
      INSERT INTO external_identities (issuer, subject, account_id, provider, linked_at)
      SELECT n.issuer, n.subject, p.id, n.provider, n.linked_at FROM welcome p, jsonb_to_recordset(p.identities) AS n (issuer text,
        subject text, provider text, linked_at timestamptz) WHERE p.identities IS NOT NULL RETURNING account_id)
SELECT * FROM progress;

-- Plan, with any values:
-- CTE Scan on progress
--   CTE turn
--     ->  LockRows
--           ->  Seq Scan on imports
--                 Filter: ((finished_at IS NULL) AND (id = $1) AND (line = $2))
--   CTE incoming
--     ->  Function Scan on jsonb_to_recordset i
--   CTE looked_at
--     ->  Hash Left Join
--           Hash Cond: (i_1.external_id = m.external_id)
--           ->  CTE Scan on incoming i_1
--           ->  Hash
--                 ->  Seq Scan on imported_accounts m
--           SubPlan 3
--             ->  Index Scan using accounts_uuid_key on accounts a
--                   Index Cond: (uuid = i_1.uuid)
--           SubPlan 4
--             ->  Index Only Scan using accounts_pkey on accounts a_1
--                   Index Cond: (id = i_1.id)
--           SubPlan 8
--             ->  Index Scan using accounts_email_key on accounts a_2
--                   Index Cond: (email = ANY (i_1.emails))
--                   Filter: ((i_1.activated_at IS NULL) OR (activated_at IS NOT NULL) OR (invited_at IS NOT NULL) OR EXISTS(SubPlan 6))
--                   SubPlan 6
--                     ->  Seq Scan on imported_accounts o
--                           Filter: (account_id = a_2.id)
--           SubPlan 9
--             ->  Index Only Scan using accounts_username_prefix on accounts a_3
--                   Index Cond: (username = i_1.username)
--           SubPlan 11
--             ->  Index Only Scan using accounts_phone_prefix on accounts a_4
--                   Index Cond: (phone = i_1.phone)
--           SubPlan 17
--             ->  Function Scan on jsonb_to_recordset n
--                   Filter: (EXISTS(SubPlan 13) OR ((kind = 'Fido2'::text) AND (ANY (credential_id = (hashed SubPlan 16).col1))))
--                   SubPlan 13
--                     ->  Index Only Scan using credentials_uuid_key on credentials c
--                           Index Cond: (uuid = n.uuid)
--                   SubPlan 16
--                     ->  Index Only Scan using credentials_fido2 on credentials c_1
--           SubPlan 18
--             ->  Hash Join
--                   Hash Cond: ((x.issuer = n_1.issuer) AND (x.subject = n_1.subject))
--                   ->  Seq Scan on external_identities x
--                   ->  Hash
--                         ->  Function Scan on jsonb_to_recordset n_1
--   CTE outcomes
--     ->  Append
--           ->  CTE Scan on looked_at
--           ->  Function Scan on jsonb_to_recordset f
--   CTE progress
--     ->  Update on imports i_2
--           ->  Nested Loop
--                 ->  Nested Loop
--                       Join Filter: (t.id = i_2.id)
--                       ->  Seq Scan on imports i_2
--                       ->  CTE Scan on turn t
--                 ->  Subquery Scan on n_2
--                       ->  Aggregate
--                             ->  CTE Scan on outcomes
--   CTE findings
--     ->  Insert on import_findings
--           ->  Nested Loop
--                 ->  CTE Scan on turn t_1
--                 ->  CTE Scan on outcomes o_1
--                       Filter: (reason IS NOT NULL)
--   CTE welcome
--     ->  Result
--           One-Time Filter: (InitPlan 23).col1
--           InitPlan 23
--             ->  CTE Scan on turn
--           ->  Hash Join
--                 Hash Cond: (i_3.line = l.line)
--                 ->  CTE Scan on incoming i_3
--                 ->  Hash
--                       ->  CTE Scan on looked_at l
--                             Filter: ((known IS NULL) AND (taken IS NULL))
--   CTE accounts_made
--     ->  Insert on accounts
--           ->  CTE Scan on welcome
--   CTE origins_noted
--     ->  Insert on imported_accounts
--           ->  CTE Scan on welcome welcome_1
--   CTE authenticators_made
--     ->  Insert on totp_factors
--           ->  CTE Scan on welcome welcome_2
--                 Filter: (totp_sealed IS NOT NULL)
--   CTE backup_codes_made
--     ->  Insert on backup_codes
--           ->  Nested Loop
--                 ->  CTE Scan on welcome p
--                       Filter: (backup_codes IS NOT NULL)
--                 ->  Function Scan on jsonb_to_recordset n_3
--   CTE credentials_made
--     ->  Insert on credentials
--           ->  Nested Loop
--                 ->  CTE Scan on welcome p_1
--                       Filter: (credentials IS NOT NULL)
--                 ->  Function Scan on jsonb_to_recordset n_4
--   CTE identities_made
--     ->  Insert on external_identities
--           ->  Nested Loop
--                 ->  CTE Scan on welcome p_2
--                       Filter: (identities IS NOT NULL)
--                 ->  Function Scan on jsonb_to_recordset n_5
