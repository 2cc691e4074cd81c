-- SigningKeysRepository.installFirst

INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      VALUES ($1, $2, $3::timestamptz, $4::timestamptz)
      ON CONFLICT DO NOTHING;

-- Plan, with any values:
-- Insert on signing_keys
--   Conflict Resolution: NOTHING
--   ->  Result
