-- Enough rows that an index pays, and fewer than ANALYZE samples: the same statistics, and so the same plans, each time.
INSERT INTO accounts (id, email, username, phone, password_hash, second_factor, activated_at, created_at, updated_at)
SELECT n, 'person' || n || '@example.com', 'person' || n, '+4915' || lpad(n::text, 9, '0'), 'hash',
  (ARRAY['none', 'none', 'email', 'sms', 'totp'])[1 + n % 5], '2026-01-01', '2026-01-01', '2026-01-01'
FROM generate_series(1, 20000) n;
INSERT INTO totp_factors (account_id, secret_sealed, created_at)
SELECT id, 'sealed', '2026-01-01' FROM accounts WHERE second_factor = 'totp';
INSERT INTO backup_codes (account_id, code_hash, created_at)
SELECT id, 'code' || n, '2026-01-01' FROM accounts, generate_series(1, 5) n WHERE second_factor = 'totp';
INSERT INTO factor_setups (account_id, factor, secret_sealed, created_at, expires_at)
SELECT n * 7, 'totp', 'sealed', '2026-01-01', '2026-01-01' FROM generate_series(1, 2000) n;
INSERT INTO password_failures (key, login, failures, counts_until)
SELECT 'key' || n, 'login' || n / 2, n % 5, '2026-01-01'::timestamptz + n * interval '1 second' FROM generate_series(1, 20000) n;
INSERT INTO credentials (id, account_id, kind, credential_id, name, public_key, created_at)
SELECT n, 1 + n % 19000, (ARRAY['Fido2', 'Key', 'RecoveryKey'])[1 + n % 3], 'credential' || n, 'key', 'pem', '2026-01-01'
FROM generate_series(1, 20000) n;
INSERT INTO pending_recoveries (id, account_id, protocol, credentials, created_at, due_at, ended_at, end_reason)
SELECT n, n, 'dfns', '[]', '2026-01-01', '2026-01-02', CASE WHEN n % 20 > 0 THEN '2026-01-03'::timestamptz END,
  CASE WHEN n % 20 > 0 THEN 'completed' END
FROM generate_series(1, 5000) n;
INSERT INTO external_identities (issuer, subject, account_id, provider, linked_at)
SELECT 'https://issuer' || n % 3 || '.example.com', 'subject' || n, n, 'issuer', '2026-01-01' FROM generate_series(1, 10000) n;
INSERT INTO browser_sessions (id, token_hash, previous_token_hash, rotated_at, created_at, expires_at)
SELECT n, 'token' || n, 'previous' || n, '2026-01-01', '2026-01-01', '2026-01-01'::timestamptz + n * interval '1 minute'
FROM generate_series(1, 15000) n;
INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
SELECT n, 1 + n / 2, CASE WHEN n % 4 = 0 THEN 'sign_up' ELSE 'sign_in' END, CASE WHEN n % 4 > 0 THEN 'email_otp' END,
  n::text, CASE WHEN n % 4 > 0 THEN n END, '2026-01-01', '2026-01-01'::timestamptz + n * interval '1 minute'
FROM generate_series(1, 15000) n;
INSERT INTO sign_ups (id, email, language, email_taken, phone_taken)
SELECT id, 'new' || id || '@example.com', 'en', false, false FROM browser_attempts WHERE kind = 'sign_up';
INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at, signed_in_at,
  expires_at, ended_at, end_reason, browser_session_id, browser_attempt_id)
SELECT n, 1 + n % 20000, (ARRAY['navixy', 'docspace', 'yat', 'dfns', 'wacht'])[1 + n % 5],
  CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'signed_in' END, 'hash' || n, '[{"method":"pwd"}]', '192.0.2.1', 'agent',
  '2026-01-01', '2026-01-01', '2026-01-01'::timestamptz + n * interval '1 minute',
  CASE WHEN n % 3 = 0 THEN '2026-01-02'::timestamptz END, CASE WHEN n % 3 = 0 THEN 'logout' END,
  CASE WHEN n % 5 = 4 THEN 1 + n / 5 END, CASE WHEN n % 5 = 4 THEN n / 5 END
FROM generate_series(1, 25000) n;
INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash, status,
  tries_left, created_at, expires_at, closed_at, browser_session_id, browser_attempt_id)
SELECT n, (ARRAY['second_factor', 'magic_link', 'sign_in', 'recovery'])[1 + n % 4],
  CASE WHEN n % 4 = 0 THEN 'second' ELSE 'first' END, CASE WHEN n % 4 = 1 THEN 'link' ELSE 'code' END, 'email',
  (ARRAY['navixy', 'yat', 'wacht', 'dfns'])[1 + n % 4], (1 + n % 20000)::text, 1 + n % 20000,
  CASE WHEN n % 4 = 0 THEN n END, 'k1', 'secret' || n, CASE WHEN n % 10 = 0 THEN 'open' ELSE 'consumed' END, 5,
  '2026-01-01', '2026-01-01'::timestamptz + n * interval '1 minute',
  CASE WHEN n % 10 > 0 THEN '2026-01-02'::timestamptz END, CASE WHEN n % 4 = 2 THEN 1 + n / 4 END,
  CASE WHEN n % 4 = 2 THEN 1 + n / 4 END
FROM generate_series(1, 25000) n;
INSERT INTO magic_links (attempt_id, client_address, user_agent)
SELECT id, '192.0.2.1', 'agent' FROM attempts WHERE purpose = 'magic_link';
INSERT INTO contact_changes (account_id, method, id, address, attempt_id, expires_at)
SELECT n, 'email', n, 'new' || n || '@example.com', n, '2026-01-01'::timestamptz + n * interval '1 minute' FROM generate_series(1, 20000) n;
INSERT INTO guess_budgets (subject, factor, spent)
SELECT n::text, factor, 0 FROM generate_series(1, 10000) n, unnest(ARRAY['first', 'second']) factor;
INSERT INTO send_windows (subject, purpose, next_at, sent, window_ends_at)
SELECT n::text, 'second_factor', '2026-01-01', 1, '2026-01-01' FROM generate_series(1, 10000) n;
INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, state, next_try_at, created_at,
  expires_at, ended_at)
SELECT n, n, 1 + n % 20000, 'email', 'sign_in_code', 'person@example.com', 'en',
  CASE WHEN n % 50 = 0 THEN 'queued' ELSE 'sent' END, '2026-01-01'::timestamptz + n * interval '1 minute', '2026-01-01',
  '2026-01-01'::timestamptz + n * interval '1 minute', CASE WHEN n % 50 > 0 THEN '2026-01-02'::timestamptz END
FROM generate_series(1, 25000) n;
INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, session_id, attempt_id)
SELECT n, '2026-01-01', 'code.verify', 'redeemed', 'navixy', 1 + n % 20000, n, n FROM generate_series(1, 25000) n;
INSERT INTO request_limits (key, hits, expires_at)
SELECT 'key' || n, 1, '2026-01-01'::timestamptz + n * interval '1 second' FROM generate_series(1, 20000) n;
VACUUM ANALYZE;
