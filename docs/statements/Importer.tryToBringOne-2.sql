-- Importer.tryToBringOne

WITH incoming AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (line integer, id bigint, uuid uuid, external_id text,
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
turn AS (SELECT 1),
welcome AS (
    SELECT i.* FROM incoming i JOIN looked_at l USING (line)
    WHERE l.known IS NULL AND l.taken IS NULL AND EXISTS (SELECT FROM turn)),
accounts_made AS (
      INSERT INTO accounts (id, uuid, email, username, phone, phone_signs_in, first_name, last_name, password_hash, password_changed_at,
        second_factor, org_id, tenant_id, language, created_at, invited_at, activated_at, disabled_at, updated_at)
      SELECT id, uuid, email, username, phone, phone_signs_in, first_name, last_name, password_hash, password_changed_at,
        second_factor, org_id, tenant_id, language, created_at, invited_at, activated_at, disabled_at, $2::timestamptz
      FROM welcome RETURNING id AS account_id),
first_password AS (
    UPDATE accounts a SET password_hash = i.password_hash, updated_at = $3::timestamptz
    FROM incoming i JOIN imported_accounts m ON m.external_id = i.external_id
    WHERE a.id = m.account_id AND a.password_hash IS NULL AND a.password_changed_at IS NULL AND i.password_hash IS NOT NULL
    RETURNING a.id AS account_id),
changed AS (SELECT account_id FROM accounts_made UNION ALL SELECT account_id FROM first_password),
origins_noted AS (
      INSERT INTO imported_accounts (account_id, external_id, import_id, line, imported_at)
      SELECT id, external_id, $4::bigint, CASE WHEN $5::bigint IS NOT NULL THEN line END, $6::timestamptz
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
        subject text, provider text, linked_at timestamptz) WHERE p.identities IS NOT NULL RETURNING account_id),
verdict AS (SELECT $7::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[])
    OR (v.account_id IS NULL AND $16::text <> ALL($17::text[]))) THEN $18::text || md5(concat_ws(' ', $19::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $20::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE incoming
--     ->  Function Scan on jsonb_to_recordset i
--   CTE welcome
--     ->  Result
--           One-Time Filter: (InitPlan 18).col1
--           InitPlan 18
--             ->  Result
--           ->  Nested Loop Left Join
--                 Join Filter: (m.external_id = i_2.external_id)
--                 Filter: (COALESCE(m.account_id, (SubPlan 2)) IS NULL)
--                 ->  Nested Loop
--                       Join Filter: (i_1.line = i_2.line)
--                       ->  CTE Scan on incoming i_2
--                             Filter: (CASE WHEN EXISTS(SubPlan 3) THEN 'id'::text WHEN EXISTS(SubPlan 7) THEN 'email'::text WHEN EXISTS(SubPlan 8) THEN 'username'::text WHEN EXISTS(SubPlan 10) THEN 'phone'::text WHEN ((credentials IS NOT NULL) AND EXISTS(SubPlan 16)) THEN 'credential'::text WHEN ((identities IS NOT NULL) AND EXISTS(SubPlan 17)) THEN 'identity'::text ELSE NULL::text END IS NULL)
--                             SubPlan 3
--                               ->  Index Only Scan using accounts_pkey on accounts a_1
--                                     Index Cond: (id = i_2.id)
--                             SubPlan 7
--                               ->  Index Scan using accounts_email_key on accounts a_2
--                                     Index Cond: (email = ANY (i_2.emails))
--                                     Filter: ((i_2.activated_at IS NULL) OR (activated_at IS NOT NULL) OR (invited_at IS NOT NULL) OR EXISTS(SubPlan 5))
--                                     SubPlan 5
--                                       ->  Seq Scan on imported_accounts o
--                                             Filter: (account_id = a_2.id)
--                             SubPlan 8
--                               ->  Index Only Scan using accounts_username_prefix on accounts a_3
--                                     Index Cond: (username = i_2.username)
--                             SubPlan 10
--                               ->  Index Only Scan using accounts_phone_prefix on accounts a_4
--                                     Index Cond: (phone = i_2.phone)
--                             SubPlan 16
--                               ->  Function Scan on jsonb_to_recordset n
--                                     Filter: (EXISTS(SubPlan 12) OR ((kind = 'Fido2'::text) AND (ANY (credential_id = (hashed SubPlan 15).col1))))
--                                     SubPlan 12
--                                       ->  Index Only Scan using credentials_uuid_key on credentials c
--                                             Index Cond: (uuid = n.uuid)
--                                     SubPlan 15
--                                       ->  Index Only Scan using credentials_fido2 on credentials c_1
--                             SubPlan 17
--                               ->  Hash Join
--                                     Hash Cond: ((x.issuer = n_1.issuer) AND (x.subject = n_1.subject))
--                                     ->  Seq Scan on external_identities x
--                                     ->  Hash
--                                           ->  Function Scan on jsonb_to_recordset n_1
--                       ->  CTE Scan on incoming i_1
--                 ->  Seq Scan on imported_accounts m
--                 SubPlan 2
--                   ->  Index Scan using accounts_uuid_key on accounts a
--                         Index Cond: (uuid = i_2.uuid)
--   CTE accounts_made
--     ->  Insert on accounts
--           ->  CTE Scan on welcome
--   CTE first_password
--     ->  Update on accounts a_5
--           ->  Nested Loop
--                 ->  Hash Join
--                       Hash Cond: (i_3.external_id = m_1.external_id)
--                       ->  CTE Scan on incoming i_3
--                             Filter: (password_hash IS NOT NULL)
--                       ->  Hash
--                             ->  Seq Scan on imported_accounts m_1
--                 ->  Index Scan using accounts_pkey on accounts a_5
--                       Index Cond: (id = m_1.account_id)
--                       Filter: ((password_hash IS NULL) AND (password_changed_at IS NULL))
--   CTE changed
--     ->  Append
--           ->  CTE Scan on accounts_made
--           ->  CTE Scan on first_password
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
--                 ->  Function Scan on jsonb_to_recordset n_2
--   CTE credentials_made
--     ->  Insert on credentials
--           ->  Nested Loop
--                 ->  CTE Scan on welcome p_1
--                       Filter: (credentials IS NOT NULL)
--                 ->  Function Scan on jsonb_to_recordset n_3
--   CTE identities_made
--     ->  Insert on external_identities
--           ->  Nested Loop
--                 ->  CTE Scan on welcome p_2
--                       Filter: (identities IS NOT NULL)
--                 ->  Function Scan on jsonb_to_recordset n_4
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
