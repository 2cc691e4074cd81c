-- FirstFactor.refuse

INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id)
    SELECT $1::bigint, $2::timestamptz, $3, outcome, $4, account_id, session_id, attempt_id,
      $5, $6, $7
    FROM (SELECT $8::text AS outcome, $9::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id) v RETURNING id;

-- Plan, with any values:
-- Insert on audit_events
--   ->  Result
