-- duties

SELECT audit_events_let_go('kept', $1::timestamptz) + audit_events_let_go('refused', $2::timestamptz)
      AS dropped;

-- Plan, with any values:
-- Result
