-- RefreshService.decide

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2::text THEN 'current'
        WHEN s.refresh_previous_hash = $3::text AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE OF s),
verdict AS (
        SELECT CASE WHEN p.state = 'current' THEN 'rotated' ELSE coalesce(p.state, 'unknown') END AS outcome,
          p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN presented p ON true),
rotated AS (
      UPDATE sessions s SET
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY($8::text[]) THEN s.refresh_hash
      ELSE $9 END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN $10 ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN $11::timestamptz ELSE s.refresh_rotated_at END,
        expires_at = CASE WHEN p.state IN ('current', 'concurrent', 'lost_answer') AND s.stage = 'signed_in'
          THEN least($12::timestamptz, s.absolute_ends_at) ELSE s.expires_at END,
        ended_at = CASE WHEN p.state = 'replay' THEN $13::timestamptz END,
        end_reason = CASE WHEN p.state = 'replay' THEN $14::text END
      FROM presented p
      WHERE s.id = p.session_id AND p.state IN ('current', 'concurrent', 'lost_answer', 'replay')
      RETURNING s.id AS session_id, s.account_id, s.stage, s.amr, s.second_factor_at,
        CASE WHEN s.ended_at IS NULL THEN s.refresh_hash END AS refresh_hash),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $15::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor
    FROM rotated f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN with_account h ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $16::bigint, $17::timestamptz, $18, v.outcome, $19, v.account_id, v.session_id, v.attempt_id,
      $20, $21, $22, CASE WHEN (v.outcome = ANY($23::text[])
    OR (v.account_id IS NULL AND $24::text <> ALL($25::text[]))) THEN $26::text || md5(concat_ws(' ', $27::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $28::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM answer;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE presented
--     ->  LockRows
--           ->  Index Scan using sessions_token_hash_key on sessions s
--                 Index Cond: (token_hash = $6)
--                 Filter: (protocol = $7)
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = s.account_id)
--                         Filter: (security_stamp <= s.security_stamp)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on presented p
--   CTE rotated
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on presented p_1
--                       Filter: (state = ANY ('{current,concurrent,lost_answer,replay}'::text[]))
--                 ->  Index Scan using sessions_pkey on sessions s_1
--                       Index Cond: (id = p_1.session_id)
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_1
--   ->  CTE Scan on verdict v
--   ->  Nested Loop
--         ->  CTE Scan on rotated f
--         ->  Index Scan using accounts_pkey on accounts a
--               Index Cond: (id = f.account_id)
--               Filter: (disabled_at IS NULL)
