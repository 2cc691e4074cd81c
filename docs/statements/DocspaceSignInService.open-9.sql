-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed AS (
      UPDATE accounts a SET activated_at = $7::timestamptz, updated_at = $8::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM held_link f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $9::bigint AND disabled_at IS NULL AND security_stamp = $10::int FOR NO KEY UPDATE),
held_link_2 AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held_2 f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($11::text[]) AND a.purpose = ANY($12::text[]) AND a.protocol = $13
        AND a.status = 'open' AND a.expires_at > $14::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed_before AS (
    SELECT f.account_id, f.security_stamp FROM held_link_2 f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL),
taken AS (SELECT * FROM invited_owner UNION ALL SELECT * FROM claimed_before),
surplus AS (
    UPDATE sessions SET ended_at = $15::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $16::timestamptz DESC,
            l.client_address = $17, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $18::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN taken f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $19::int ELSE $20::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $21::bigint, f.account_id, $22, $23::text, $24, jsonb_build_array(jsonb_build_object('method', $25::text, 'at', $26::text)), $27, $28,
      $29::timestamptz, CASE WHEN ($30::text) = 'signed_in' THEN $31::timestamptz END, $32::timestamptz,
      CASE WHEN ($33::text) = 'signed_in' THEN $34::timestamptz ELSE $35::timestamptz END, $36,
      $37::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM taken f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $38::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $39, $40, $41, $42::text[], $43::timestamptz, $44::timestamptz FROM taken f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $45::timestamptz, end_reason = $46 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM invited_owner f
    WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.secret_hash = ANY($47::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $48::bigint, $49::timestamptz, $50, v.outcome, $51, v.account_id, v.session_id, v.attempt_id,
      $52, $53, $54, CASE WHEN (v.outcome = ANY($55::text[])
    OR (v.account_id IS NULL AND $56::text <> ALL($57::text[]))) THEN $58::text || md5(concat_ws(' ', $59::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $60::text END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM opened;

-- Plan, with any values:
-- CTE Scan on opened
--   CTE held
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts
--                 Index Cond: (id = $1)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $2))
--   CTE held_link
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on held f
--                 ->  Index Scan using attempts_account on attempts a
--                       Index Cond: (account_id = f.account_id)
--                       Filter: ((expires_at > $6) AND (kind = 'link'::text) AND (protocol = $5) AND (status = 'open'::text) AND (security_stamp >= f.security_stamp) AND (secret_hash = ANY ($3)) AND (purpose = ANY ($4)))
--   CTE claimed
--     ->  Update on accounts a_1
--           ->  Nested Loop
--                 ->  CTE Scan on held_link f_1
--                 ->  Index Scan using accounts_pkey on accounts a_1
--                       Index Cond: (id = f_1.account_id)
--                       Filter: ((activated_at IS NULL) AND (f_1.security_stamp = security_stamp))
--                 SubPlan 3
--                   ->  Result
--   CTE invited_owner
--     ->  CTE Scan on claimed
--           Filter: invited
--   CTE held_2
--     ->  LockRows
--           ->  Index Scan using accounts_pkey on accounts accounts_1
--                 Index Cond: (id = $9)
--                 Filter: ((disabled_at IS NULL) AND (security_stamp = $10))
--   CTE held_link_2
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on held_2 f_2
--                 ->  Index Scan using attempts_account on attempts a_2
--                       Index Cond: (account_id = f_2.account_id)
--                       Filter: ((expires_at > $14) AND (kind = 'link'::text) AND (protocol = $13) AND (status = 'open'::text) AND (security_stamp >= f_2.security_stamp) AND (secret_hash = ANY ($11)) AND (purpose = ANY ($12)))
--   CTE taken
--     ->  Append
--           ->  CTE Scan on invited_owner
--           ->  Nested Loop
--                 ->  CTE Scan on held_link_2 f_3
--                 ->  Index Scan using accounts_pkey on accounts a_3
--                       Index Cond: (id = f_3.account_id)
--                       Filter: (activated_at IS NOT NULL)
--   CTE surplus
--     ->  Update on sessions
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: "ANY_subquery".id
--                       ->  Subquery Scan on "ANY_subquery"
--                             ->  LockRows
--                                   ->  Nested Loop
--                                         ->  HashAggregate
--                                               Group Key: r.id
--                                               ->  Subquery Scan on r
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $19 ELSE $20 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $16)), ((l.client_address = $17)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($18)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $16)) DESC, ((l.client_address = $17)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($18)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on taken f_4
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_4.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--                 ->  CTE Scan on taken f_5
--   CTE opened
--     ->  CTE Scan on session
--   CTE set_up
--     ->  Insert on factor_setups
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: factor_setups_pkey
--           ->  CTE Scan on taken f_6
--   CTE ended
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on invited_owner f_7
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_7.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_2
--           ->  Result
--                 One-Time Filter: false
--   CTE carried_over_attempts
--     ->  Update on attempts a_4
--           ->  Nested Loop
--                 ->  CTE Scan on invited_owner f_9
--                 ->  Index Scan using attempts_account on attempts a_4
--                       Index Cond: (account_id = f_9.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND ((f_9.security_stamp - 1) = security_stamp) AND (secret_hash = ANY ($47)))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on opened v
