-- AccountDetailsService.change

WITH changed AS (
    UPDATE accounts a SET org_id = CASE WHEN g.v ? 'org_id' THEN g.v->>'org_id' ELSE a.org_id END, tenant_id = CASE WHEN g.v ? 'tenant_id' THEN g.v->>'tenant_id' ELSE a.tenant_id END, first_name = CASE WHEN g.v ? 'first_name' THEN g.v->>'first_name' ELSE a.first_name END, last_name = CASE WHEN g.v ? 'last_name' THEN g.v->>'last_name' ELSE a.last_name END, language = CASE WHEN g.v ? 'language' THEN g.v->>'language' ELSE a.language END, updated_at = greatest($1::timestamptz, a.updated_at + interval '1 millisecond')
    FROM (SELECT $2::jsonb AS v) g
    WHERE a.id = $3::bigint AND ($4::timestamptz IS NULL OR a.updated_at = $5::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[])
    OR (v.account_id IS NULL AND $15::text <> ALL($16::text[]))) THEN $17::text || md5(concat_ws(' ', $18::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $19::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT * FROM changed;

-- Plan, with any values:
-- CTE Scan on changed
--   CTE changed
--     ->  Update on accounts a
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = $3)
--                 Filter: (($4 IS NULL) OR (updated_at = $5))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on changed changed_1
