-- BrowserService.create

INSERT INTO browser_sessions (id, token_hash, rotated_at, created_at, expires_at)
      VALUES ($1::bigint, $2, $3::timestamptz, $4::timestamptz, $5::timestamptz);

-- Plan, with any values:
-- Insert on browser_sessions
--   ->  Result
