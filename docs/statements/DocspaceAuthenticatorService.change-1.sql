-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
backup_codes_dropped AS (DELETE FROM backup_codes b USING fresh f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $7::timestamptz
          FROM fresh f, unnest($8::text[], $9::text[]) AS h (hash, sealed)
          WHERE f.account_id = $10::bigint RETURNING account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN fresh f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $11::bigint, $12::bigint, r.account_id, $13,
      $14, r.address, r.language, $15, $16::timestamptz, $17::timestamptz,
      $18::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN fresh f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $19::bigint, $20::bigint, r.account_id, $21,
      $22, r.address, r.language, $23, $24::timestamptz, $25::timestamptz,
      $26::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM fresh c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh;

-- Plan, with any values:
-- Result
--   CTE fresh
--     ->  LockRows
--           ->  Nested Loop
--                 Join Filter: (o.security_stamp <= s.security_stamp)
--                 ->  Index Scan using sessions_account on sessions s
--                       Index Cond: (account_id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $5) AND (signed_in_at > $6) AND (token_hash = $2) AND (protocol = $3) AND (stage = $4))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = $1)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f.account_id)
--   CTE backup_codes_issued
--     ->  Insert on backup_codes
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_1
--                       Filter: (account_id = $10)
--                 ->  Function Scan on h
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_2
--                 ->  Index Scan using accounts_pkey on accounts a
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE message_2
--     ->  Insert on messages messages_1
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_3
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_3.account_id)
--                       Filter: ((phone IS NOT NULL) AND (phone IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  Nested Loop
--                 Join Filter: (c.account_id = s_1.account_id)
--                 ->  CTE Scan on fresh c
--                 ->  CTE Scan on fresh s_1
--   InitPlan 7
--     ->  CTE Scan on fresh
