-- UserActionsService.sign

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $3::bigint AND c.revoked_at IS NULL FOR UPDATE),
challenge AS (
      SELECT a.id, a.account_id, a.session_id, a.method FROM attempts a WHERE a.kind = 'challenge' AND a.secret_hash = ANY($4::text[]) AND a.protocol = $5 AND a.purpose = $6
        AND (a.status = 'open' AND a.expires_at > $7::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))),
verdict AS (
      SELECT CASE WHEN EXISTS (SELECT FROM held) AND coalesce((SELECT $9::bigint > h.sign_count OR ($10::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false)
      AND c.session_id IS NOT DISTINCT FROM $11::bigint THEN 'redeemed' ELSE 'wrong' END AS outcome, c.account_id, c.session_id, c.id AS attempt_id
      FROM challenge c),
counted AS (
    UPDATE credentials c SET sign_count = $12::bigint FROM held_credential h, verdict v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $13::bigint, $14::timestamptz, $15, v.outcome, $16, v.account_id, v.session_id, v.attempt_id,
      $17, $18, $19, CASE WHEN (v.outcome = ANY($20::text[])
    OR (v.account_id IS NULL AND $21::text <> ALL($22::text[]))) THEN $23::text || md5(concat_ws(' ', $24::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $25::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held_credential
--     ->  LockRows
--           ->  Index Scan using credentials_pkey on credentials c
--                 Index Cond: (id = $3)
--                 Filter: (revoked_at IS NULL)
--   CTE verdict
--     ->  Index Scan using attempts_challenge on attempts a
--           Index Cond: (secret_hash = ANY ($4))
--           Filter: ((expires_at > $7) AND (protocol = $5) AND (purpose = $6) AND (status = 'open'::text) AND ((account_id IS NULL) OR (purpose = ANY ($8)) OR EXISTS(SubPlan 5)))
--           InitPlan 3
--             ->  CTE Scan on held
--           InitPlan 4
--             ->  CTE Scan on held_credential h
--           SubPlan 5
--             ->  Index Scan using accounts_pkey on accounts o
--                   Index Cond: (id = a.account_id)
--                   Filter: (security_stamp <= a.security_stamp)
--   CTE counted
--     ->  Update on credentials c_1
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on held_credential h_1
--                       ->  Index Scan using credentials_pkey on credentials c_1
--                             Index Cond: (id = h_1.id)
--                 ->  CTE Scan on verdict v
--                       Filter: (outcome = 'redeemed'::text)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
