-- FactorRemovalService.disable

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $4::timestamptz
      ELSE $5::boolean OR s.signed_in_at > $6::timestamptz END),
verdict AS (
        SELECT CASE WHEN a.session_id IS NULL THEN 'stale' ELSE 'disabled' END AS outcome, s.account_id, s.session_id,
          NULL::bigint AS attempt_id FROM session s LEFT JOIN fresh a ON true),
authenticator_dropped AS (DELETE FROM totp_factors t USING fresh f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING fresh f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING fresh f WHERE b.account_id = f.account_id RETURNING b.account_id),
chosen AS (
      UPDATE accounts a SET second_factor = $7, phone = CASE WHEN $8 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $9::timestamptz
      FROM fresh f WHERE a.id = f.account_id AND a.second_factor <> $10 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $11::timestamptz, end_reason = $12 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $13::bigint, $14::bigint, r.account_id, $15,
      $16, r.address, r.language, $17, $18::timestamptz, $19::timestamptz,
      $20::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $21::bigint, $22::timestamptz, $23, outcome, $24, account_id, session_id, attempt_id,
      $25, $26, $27
    FROM verdict RETURNING id)
SELECT * FROM verdict;

-- Plan, with any values:
-- CTE Scan on verdict
--   CTE session
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Index Scan using sessions_pkey on sessions s
--                       Index Cond: (id = $1)
--                       Filter: ((ended_at IS NULL) AND (expires_at > $3) AND (protocol = $2))
--                 ->  Index Scan using accounts_pkey on accounts o
--                       Index Cond: (id = s.account_id)
--                       Filter: (security_stamp <= s.security_stamp)
--   CTE fresh
--     ->  Nested Loop
--           ->  CTE Scan on session
--                 Filter: (stage = 'signed_in'::text)
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = session.account_id)
--                 Filter: ((disabled_at IS NULL) AND CASE WHEN (second_factor <> 'none'::text) THEN (session.second_factor_at > $4) ELSE ($5 OR (session.signed_in_at > $6)) END)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  CTE Scan on session s_1
--           ->  CTE Scan on fresh a_1
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f
--                 ->  Index Scan using totp_factors_pkey on totp_factors t
--                       Index Cond: (account_id = f.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_1
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_1.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_2
--                 ->  Bitmap Heap Scan on backup_codes b
--                       Recheck Cond: (account_id = f_2.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_2.account_id)
--   CTE chosen
--     ->  Update on accounts a_2
--           ->  Nested Loop
--                 ->  CTE Scan on fresh f_3
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_3.account_id)
--                       Filter: (second_factor <> $10)
--   CTE ended
--     ->  Update on sessions s_2
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_4
--                 ->  Index Scan using sessions_live on sessions s_2
--                       Index Cond: (account_id = f_4.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage <> 'signed_in'::text))
--   CTE carried_over
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_5
--                 ->  Index Scan using sessions_live on sessions s_3
--                       Index Cond: (account_id = f_5.account_id)
--                       Filter: ((ended_at IS NULL) AND (stage = 'signed_in'::text) AND ((f_5.security_stamp - 1) = security_stamp))
--   CTE message
--     ->  Insert on messages
--           ->  Nested Loop
--                 ->  CTE Scan on chosen f_6
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_6.account_id)
--                       Filter: ((email IS NOT NULL) AND (email IS NOT NULL))
--   CTE audited
--     ->  Insert on audit_events
--           ->  CTE Scan on verdict verdict_1
