-- duties

SELECT audit_events_make_ahead($1::timestamptz);

-- Plan, with any values:
-- Result
