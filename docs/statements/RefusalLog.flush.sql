-- RefusalLog.flush

INSERT INTO audit_events AS e (id, at, event, outcome, protocol, client_address, user_agent, request_id, repeated, repeat_key)
    SELECT r.id, r.at, r.event, r.outcome, r.protocol, r.client_address, r.user_agent, r.request_id, r.repeated,
      r.prefix || md5(concat_ws(' ', r.shared, r.outcome, 0, 0, 0))
    FROM jsonb_to_recordset($1::jsonb) AS r(id bigint, at timestamptz, event text, outcome text, protocol text,
      client_address text, user_agent text, request_id text, repeated integer, prefix text, shared text)
    ORDER BY r.id
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 + excluded.repeated;

-- Plan, with any values:
-- Insert on audit_events e
--   Conflict Resolution: UPDATE
--   Conflict Arbiter Indexes: audit_events_repeat_key
--   ->  Subquery Scan on "*SELECT*"
--         ->  Sort
--               Sort Key: r.id
--               ->  Function Scan on jsonb_to_recordset r
