-- ServerKeysRepository.admit

SELECT pg_advisory_xact_lock(hashtext('countersign.server_keys'));

-- Plan, with any values:
-- Result
