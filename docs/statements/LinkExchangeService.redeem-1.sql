-- LinkExchangeService.redeem

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'link' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN target f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM account) done
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $6::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $7 AND a.status = 'open' AND a.expires_at > $8::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $9::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, $10::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $11::timestamptz THEN 'expired'
        WHEN t.kind <> $12 THEN 'other_kind' WHEN b.spent >= $13::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
owner AS (
    SELECT x.id AS account_id, x.id::text AS subject, NULL::bigint AS session_id, x.security_stamp,
      CASE WHEN x.second_factor = 'none' OR (x.activated_at IS NULL AND x.invited_at IS NULL) THEN 'signed_in'
        ELSE 'pending' END AS stage
    FROM verdict v JOIN accounts x ON x.id = v.account_id
    WHERE v.outcome = 'redeemed' AND x.disabled_at IS NULL AND x.security_stamp <= v.security_stamp AND (CASE
  WHEN x.activated_at IS NULL AND x.invited_at IS NULL THEN true
  WHEN x.activated_at IS NOT NULL THEN x.second_factor <> 'email'
  ELSE x.second_factor = 'none' OR (x.second_factor = 'sms' AND x.phone IS NOT NULL)
    OR (x.second_factor = 'totp' AND EXISTS (SELECT FROM totp_factors t WHERE t.account_id = x.id)) END)
    FOR NO KEY UPDATE OF x),
claimed AS (
      UPDATE accounts a SET activated_at = $14::timestamptz, updated_at = $15::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM owner f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
proven AS (
        SELECT o.account_id, o.subject, o.session_id, o.stage, coalesce(c.security_stamp, o.security_stamp) AS security_stamp
        FROM owner o LEFT JOIN claimed c USING (account_id)),
surplus AS (
    UPDATE sessions SET ended_at = $16::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $17::timestamptz DESC,
            l.client_address = $18, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $19::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $20::int ELSE $21::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $22::bigint, f.account_id, $23, f.stage, $24, jsonb_build_array(jsonb_build_object('method', $25::text, 'at', $26::text)), $27, $28,
      $29::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $30::timestamptz END, $31::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $32::timestamptz ELSE $33::timestamptz END, $34,
      $35::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, CASE WHEN a.second_factor = 'none' AND a.guarded_until > $36::timestamptz
    AND a.email IS NOT NULL AND a.activated_at IS NOT NULL THEN 'email' ELSE a.second_factor END AS second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
holder AS (
        SELECT h.session_id, h.stage, h.amr, h.second_factor_at, h.uuid, h.second_factor,
          h.has_password AND NOT EXISTS (SELECT FROM claimed) AS has_password FROM with_account h),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN holder h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $37::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true
      RETURNING b.spent, b.factor, b.spent >= $38::int AS used_up),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $39::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $40::timestamptz
      FROM claimed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($41::text[])
        AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
ended AS (
      UPDATE sessions s SET ended_at = $42::timestamptz, end_reason = $43 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
registered_owner AS (SELECT account_id, security_stamp FROM claimed WHERE NOT invited),
ended_2 AS (
      UPDATE sessions s SET ended_at = $44::timestamptz, end_reason = $45 FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over_2 AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING registered_owner f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING registered_owner f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING registered_owner f WHERE b.account_id = f.account_id RETURNING b.account_id),
revoked AS (
    UPDATE credentials c SET revoked_at = coalesce(c.revoked_at, $46::timestamptz), deactivated_at = NULL FROM registered_owner f
    WHERE c.account_id = f.account_id AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL) RETURNING c.id),
identities_dropped AS (DELETE FROM external_identities i USING registered_owner f WHERE i.account_id = f.account_id RETURNING i.account_id),
ended_3 AS (
    UPDATE pending_recoveries p SET ended_at = $47::timestamptz, end_reason = $48 FROM registered_owner f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
mailbox AS (SELECT v.account_id FROM verdict v WHERE v.outcome = 'redeemed' AND v.account_id IS NOT NULL),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM mailbox) RETURNING key),
read AS (
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN verdict u ON u.account_id = a.id WHERE u.outcome = 'redeemed'),
lifted AS (
    DELETE FROM suppressed_addresses b USING read f WHERE b.address = lower(f.address) RETURNING b.address),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $49::bigint, $50::timestamptz, $51, v.outcome, $52, v.account_id, v.session_id, v.attempt_id,
      $53, $54, $55, CASE WHEN (v.outcome = ANY($56::text[])
    OR (v.account_id IS NULL AND $57::text <> ALL($58::text[]))) THEN $59::text || md5(concat_ws(' ', $60::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $61::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM guess GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.guessed', count(*), protocol, outcome) FROM verdict GROUP BY protocol, outcome UNION ALL SELECT json_build_array('budget.settled', count(*), factor, used_up) FROM settled GROUP BY factor, used_up UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM superseded GROUP BY purpose, method, status UNION ALL SELECT json_build_array('attempt.ended', count(*), purpose, method, status) FROM spent_links GROUP BY purpose, method, status) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT * FROM answer) rows) answer ON true;

-- Plan, with any values:
-- Nested Loop Left Join
--   CTE target
--     ->  Limit
--           ->  Result
--                 ->  Sort
--                       Sort Key: a_1.id DESC
--                       ->  Index Scan using attempts_link on attempts a_1
--                             Index Cond: (secret_hash = ANY ($2))
--                             Filter: (purpose = $3)
--                 SubPlan 1
--                   ->  Index Scan using accounts_pkey on accounts o
--                         Index Cond: (id = a_1.account_id)
--                         Filter: (security_stamp <= a_1.security_stamp)
--   CTE account
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on target f_1
--                 ->  Index Scan using accounts_pkey on accounts a_2
--                       Index Cond: (id = f_1.account_id)
--                       Filter: (disabled_at IS NULL)
--   CTE budget
--     ->  LockRows
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  CTE Scan on target t
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b
--                             Index Cond: ((subject = t.subject) AND (factor = t.factor))
--                 ->  Subquery Scan on done
--                       ->  Aggregate
--                             ->  CTE Scan on account
--   CTE guess
--     ->  Update on attempts a_3
--           ->  Nested Loop
--                 Join Filter: ((a_3.kind = 'link'::text) OR (b_1.spent < $9))
--                 ->  Nested Loop
--                       Join Filter: ((t_1.subject = b_1.subject) AND (t_1.factor = b_1.factor))
--                       ->  CTE Scan on target t_1
--                             Filter: allowed
--                       ->  CTE Scan on budget b_1
--                 ->  Index Scan using attempts_pkey on attempts a_3
--                       Index Cond: (id = t_1.id)
--                       Filter: ((expires_at > $8) AND (tries_left > 0) AND (kind = $7) AND (status = 'open'::text))
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Result
--                       ->  CTE Scan on target t_2
--                 ->  CTE Scan on budget b_2
--           ->  CTE Scan on guess g
--   CTE owner
--     ->  LockRows
--           ->  Nested Loop
--                 ->  CTE Scan on verdict v_1
--                       Filter: (outcome = 'redeemed'::text)
--                 ->  Index Scan using accounts_pkey on accounts x
--                       Index Cond: (id = v_1.account_id)
--                       Filter: ((disabled_at IS NULL) AND (security_stamp <= v_1.security_stamp) AND CASE WHEN ((activated_at IS NULL) AND (invited_at IS NULL)) THEN true WHEN (activated_at IS NOT NULL) THEN (second_factor <> 'email'::text) ELSE ((second_factor = 'none'::text) OR ((second_factor = 'sms'::text) AND (phone IS NOT NULL)) OR ((second_factor = 'totp'::text) AND EXISTS(SubPlan 7))) END)
--                       SubPlan 7
--                         ->  Index Only Scan using totp_factors_pkey on totp_factors t_3
--                               Index Cond: (account_id = x.id)
--   CTE claimed
--     ->  Update on accounts a_4
--           ->  Nested Loop
--                 ->  CTE Scan on owner f_2
--                 ->  Index Scan using accounts_pkey on accounts a_4
--                       Index Cond: (id = f_2.account_id)
--                       Filter: ((activated_at IS NULL) AND (f_2.security_stamp = security_stamp))
--                 SubPlan 10
--                   ->  Result
--   CTE proven
--     ->  Nested Loop Left Join
--           Join Filter: (o_1.account_id = c.account_id)
--           ->  CTE Scan on owner o_1
--           ->  CTE Scan on claimed c
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
--                                                     Filter: (r.place >= CASE r.stage WHEN 'pending'::text THEN $20 ELSE $21 END)
--                                                     ->  WindowAgg
--                                                           Window: w1 AS (PARTITION BY l.stage ORDER BY ((l.expires_at > $17)), ((l.client_address = $18)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($19)::double precision * '00:00:01'::interval)))), l.id ROWS UNBOUNDED PRECEDING)
--                                                           ->  Sort
--                                                                 Sort Key: l.stage, ((l.expires_at > $17)) DESC, ((l.client_address = $18)), (GREATEST(l.created_at, l.refresh_rotated_at, (l.expires_at - (($19)::double precision * '00:00:01'::interval)))) DESC, l.id DESC
--                                                                 ->  Nested Loop
--                                                                       ->  CTE Scan on proven f_3
--                                                                       ->  Index Scan using sessions_account on sessions l
--                                                                             Index Cond: (account_id = f_3.account_id)
--                                                                             Filter: (ended_at IS NULL)
--                                         ->  Index Scan using sessions_pkey on sessions s
--                                               Index Cond: (id = r.id)
--                                               Filter: (ended_at IS NULL)
--                 ->  Index Scan using sessions_pkey on sessions
--                       Index Cond: (id = "ANY_subquery".id)
--   CTE session
--     ->  Insert on sessions sessions_1
--           ->  Nested Loop
--                 ->  CTE Scan on proven f_4
--                 ->  Aggregate
--                       ->  CTE Scan on surplus
--   CTE settled
--     ->  Update on guess_budgets b_3
--           ->  Nested Loop
--                 Join Filter: ((g_1.subject = l_1.subject) AND (g_1.factor = l_1.factor))
--                 ->  Nested Loop
--                       ->  CTE Scan on guess g_1
--                       ->  Index Scan using guess_budgets_pkey on guess_budgets b_3
--                             Index Cond: ((subject = g_1.subject) AND (factor = g_1.factor))
--                 ->  CTE Scan on budget l_1
--   CTE superseded
--     ->  Update on attempts o_2
--           ->  Nested Loop
--                 ->  CTE Scan on guess g_2
--                       Filter: (status = 'consumed'::text)
--                 ->  Index Scan using attempts_open on attempts o_2
--                       Index Cond: ((subject = g_2.subject) AND (purpose = g_2.purpose))
--                       Filter: ((status = 'open'::text) AND (id <> g_2.id))
--   CTE spent_links
--     ->  Update on attempts a_5
--           ->  Nested Loop
--                 ->  CTE Scan on claimed f_5
--                 ->  Index Scan using attempts_account on attempts a_5
--                       Index Cond: (account_id = f_5.account_id)
--                       Filter: ((kind = 'link'::text) AND (status = 'open'::text) AND (purpose = ANY ($41)))
--   CTE invited_owner
--     ->  CTE Scan on claimed
--           Filter: invited
--   CTE ended
--     ->  Update on sessions s_1
--           ->  Nested Loop
--                 ->  CTE Scan on invited_owner f_6
--                 ->  Index Scan using sessions_account on sessions s_1
--                       Index Cond: (account_id = f_6.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over
--     ->  Update on sessions s_2
--           ->  Result
--                 One-Time Filter: false
--   CTE registered_owner
--     ->  CTE Scan on claimed claimed_1
--           Filter: (NOT invited)
--   CTE ended_2
--     ->  Update on sessions s_3
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_7
--                 ->  Index Scan using sessions_account on sessions s_3
--                       Index Cond: (account_id = f_7.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE carried_over_2
--     ->  Update on sessions s_4
--           ->  Result
--                 One-Time Filter: false
--   CTE authenticator_dropped
--     ->  Delete on totp_factors t_4
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_9
--                 ->  Index Scan using totp_factors_pkey on totp_factors t_4
--                       Index Cond: (account_id = f_9.account_id)
--   CTE setup_dropped
--     ->  Delete on factor_setups u
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_10
--                 ->  Index Scan using factor_setups_pkey on factor_setups u
--                       Index Cond: (account_id = f_10.account_id)
--   CTE backup_codes_dropped
--     ->  Delete on backup_codes b_4
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_11
--                 ->  Bitmap Heap Scan on backup_codes b_4
--                       Recheck Cond: (account_id = f_11.account_id)
--                       ->  Bitmap Index Scan on backup_codes_pkey
--                             Index Cond: (account_id = f_11.account_id)
--   CTE revoked
--     ->  Update on credentials c_1
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_12
--                 ->  Index Scan using credentials_account on credentials c_1
--                       Index Cond: (account_id = f_12.account_id)
--                       Filter: ((revoked_at IS NULL) OR (deactivated_at IS NOT NULL))
--   CTE identities_dropped
--     ->  Delete on external_identities i
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_13
--                 ->  Index Scan using external_identities_account on external_identities i
--                       Index Cond: (account_id = f_13.account_id)
--   CTE ended_3
--     ->  Update on pending_recoveries p
--           ->  Nested Loop
--                 ->  CTE Scan on registered_owner f_14
--                 ->  Index Scan using pending_recoveries_account on pending_recoveries p
--                       Index Cond: (account_id = f_14.account_id)
--                       Filter: (ended_at IS NULL)
--   CTE forgiven
--     ->  Delete on password_failures
--           ->  Nested Loop
--                 ->  HashAggregate
--                       Group Key: ('account '::text || (v_2.account_id)::text)
--                       ->  CTE Scan on verdict v_2
--                             Filter: ((account_id IS NOT NULL) AND (outcome = 'redeemed'::text))
--                 ->  Index Scan using password_failures_login on password_failures
--                       Index Cond: (login = ('account '::text || (v_2.account_id)::text))
--   CTE lifted
--     ->  Delete on suppressed_addresses b_5
--           ->  Nested Loop
--                 Join Filter: (b_5.address = lower(CASE u_1.method WHEN 'email'::text THEN a_6.email WHEN 'sms'::text THEN a_6.phone ELSE NULL::text END))
--                 ->  Nested Loop
--                       ->  CTE Scan on verdict u_1
--                             Filter: (outcome = 'redeemed'::text)
--                       ->  Index Scan using accounts_pkey on accounts a_6
--                             Index Cond: (id = u_1.account_id)
--                 ->  Seq Scan on suppressed_addresses b_5
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v_3
--   InitPlan 33
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: guess.purpose, guess.method, guess.status
--                             ->  CTE Scan on guess
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: verdict.protocol, verdict.outcome
--                             ->  CTE Scan on verdict
--                 ->  Subquery Scan on "*SELECT* 3"
--                       ->  HashAggregate
--                             Group Key: settled.factor, settled.used_up
--                             ->  CTE Scan on settled
--                 ->  Subquery Scan on "*SELECT* 4"
--                       ->  HashAggregate
--                             Group Key: superseded.purpose, superseded.method, superseded.status
--                             ->  CTE Scan on superseded
--                 ->  Subquery Scan on "*SELECT* 5"
--                       ->  HashAggregate
--                             Group Key: spent_links.purpose, spent_links.method, spent_links.status
--                             ->  CTE Scan on spent_links
--   InitPlan 34
--     ->  CTE Scan on claimed claimed_2
--   ->  Result
--   ->  Nested Loop Left Join
--         ->  CTE Scan on verdict v
--         ->  Nested Loop
--               ->  CTE Scan on session f
--               ->  Index Scan using accounts_pkey on accounts a
--                     Index Cond: (id = f.account_id)
--                     Filter: (disabled_at IS NULL)
