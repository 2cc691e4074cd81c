-- The statements of release 0.1.0, as its tests had seen them run. They have to run on the schema of the next release, beside it.
-- Made by npm run release:freeze, and never edited.

-- AccountService.change

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
changed AS (
    UPDATE accounts a SET
      username = coalesce($10, a.username),
      first_name = coalesce($11, a.first_name),
      last_name = coalesce($12, a.last_name),
      password_hash = coalesce($13, a.password_hash),
      password_changed_at = CASE WHEN $14::text IS NULL THEN a.password_changed_at ELSE $15::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN $16::text IS NULL THEN 0 ELSE 1 END,
      updated_at = $17::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $18::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $19::bigint, $20::timestamptz, $21, v.outcome, $22, v.account_id, v.session_id, v.attempt_id,
      $23, $24, $25, CASE WHEN (v.outcome = ANY($26::text[]) OR (v.account_id IS NULL AND $27::text <> 'cli')) THEN md5(concat_ws(' ', $28::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountService.change

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
changed AS (
    UPDATE accounts a SET
      username = coalesce($10, a.username),
      first_name = coalesce($11, a.first_name),
      last_name = coalesce($12, a.last_name),
      password_hash = coalesce($13, a.password_hash),
      password_changed_at = CASE WHEN $14::text IS NULL THEN a.password_changed_at ELSE $15::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN $16::text IS NULL THEN 0 ELSE 1 END,
      updated_at = $17::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
proven AS (SELECT account_id FROM changed WHERE activated_at IS NOT NULL),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $18::bigint, $19::bigint, r.account_id, $20,
      $21, r.address, r.language, $22, $23::timestamptz, $24::timestamptz,
      $25::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $26::bigint, $27::bigint, r.account_id, $28,
      $29, r.address, r.language, $30, $31::timestamptz, $32::timestamptz,
      $33::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $34::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountService.change

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
changed AS (
    UPDATE accounts a SET
      username = coalesce($10, a.username),
      first_name = coalesce($11, a.first_name),
      last_name = coalesce($12, a.last_name),
      password_hash = coalesce($13, a.password_hash),
      password_changed_at = CASE WHEN $14::text IS NULL THEN a.password_changed_at ELSE $15::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN $16::text IS NULL THEN 0 ELSE 1 END,
      updated_at = $17::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
ended AS (
      UPDATE sessions s SET ended_at = $18::timestamptz, end_reason = $19 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.id = $20::bigint) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.id = $21::bigint) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
proven AS (SELECT account_id FROM changed WHERE activated_at IS NOT NULL),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $22::bigint, $23::bigint, r.account_id, $24,
      $25, r.address, r.language, $26, $27::timestamptz, $28::timestamptz,
      $29::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $30::bigint, $31::bigint, r.account_id, $32,
      $33, r.address, r.language, $34, $35::timestamptz, $36::timestamptz,
      $37::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $38::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[]) OR (v.account_id IS NULL AND $47::text <> 'cli')) THEN md5(concat_ws(' ', $48::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountService.change

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
changed AS (
    UPDATE accounts a SET
      username = coalesce($10, a.username),
      first_name = coalesce($11, a.first_name),
      last_name = coalesce($12, a.last_name),
      password_hash = coalesce($13, a.password_hash),
      password_changed_at = CASE WHEN $14::text IS NULL THEN a.password_changed_at ELSE $15::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN $16::text IS NULL THEN 0 ELSE 1 END,
      updated_at = $17::timestamptz
    FROM fresh f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
ended AS (
      UPDATE sessions s SET ended_at = $18::timestamptz, end_reason = $19 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.id = $20::bigint) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.id = $21::bigint) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
proven AS (SELECT account_id FROM changed WHERE activated_at IS NOT NULL),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $22::bigint, $23::bigint, r.account_id, $24,
      $25, r.address, r.language, $26, $27::timestamptz, $28::timestamptz,
      $29::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $30::bigint, $31::bigint, r.account_id, $32,
      $33, r.address, r.language, $34, $35::timestamptz, $36::timestamptz,
      $37::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
proven_2 AS (SELECT account_id FROM changed WHERE activated_at IS NOT NULL),
recipient_3 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven_2 f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $38::bigint, $39::bigint, r.account_id, $40,
      $41, r.address, r.language, $42, $43::timestamptz, $44::timestamptz,
      $45::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN proven_2 f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_4 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $46::bigint, $47::bigint, r.account_id, $48,
      $49, r.address, r.language, $50, $51::timestamptz, $52::timestamptz,
      $53::timestamptz
    FROM recipient_4 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
    SELECT 'changed' AS outcome, account_id, $54::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $55::bigint, $56::timestamptz, $57, v.outcome, $58, v.account_id, v.session_id, v.attempt_id,
      $59, $60, $61, CASE WHEN (v.outcome = ANY($62::text[]) OR (v.account_id IS NULL AND $63::text <> 'cli')) THEN md5(concat_ws(' ', $64::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountService.current

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_profile AS (
    SELECT f.*, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL)
SELECT * FROM with_profile;

-- AccountService.fresh

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $4::timestamptz
      ELSE $5::boolean OR s.signed_in_at > $6::timestamptz END),
with_profile AS (
    SELECT f.*, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
holder AS (SELECT p.*, EXISTS (SELECT FROM fresh) AS fresh FROM with_profile p)
SELECT * FROM holder;

-- AccountService.signOut

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
ended AS (
    UPDATE sessions SET ended_at = $7::timestamptz, end_reason = $8
    WHERE id = $9::bigint AND ended_at IS NULL AND expires_at > $10::timestamptz
    RETURNING id AS session_id, account_id),
proven AS (SELECT account_id FROM session WHERE stage = 'signed_in'),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $11::timestamptz FROM proven f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended_2 AS (
      UPDATE sessions s SET ended_at = $12::timestamptz, end_reason = $13 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM ended) AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM ended) AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $14::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $15::bigint, $16::timestamptz, $17, v.outcome, $18, v.account_id, v.session_id, v.attempt_id,
      $19, $20, $21, CASE WHEN (v.outcome = ANY($22::text[]) OR (v.account_id IS NULL AND $23::text <> 'cli')) THEN md5(concat_ws(' ', $24::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM session;

-- AccountStateService.stopRecovery

WITH of_account AS (SELECT $1::bigint AS account_id),
ended AS (
    UPDATE pending_recoveries p SET ended_at = $2::timestamptz, end_reason = $3 FROM of_account f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
verdict AS (SELECT $4::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[]) OR (v.account_id IS NULL AND $13::text <> 'cli')) THEN md5(concat_ws(' ', $14::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM ended;

-- AccountStateService.unlock

WITH of_account AS (SELECT $1::bigint AS account_id),
of_account_2 AS (SELECT $2::bigint AS account_id),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM of_account_2) RETURNING key),
refilled AS (
    UPDATE guess_budgets SET spent = 0, refills_at = NULL WHERE subject = $3::text RETURNING subject),
verdict AS (SELECT $4::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM of_account),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[]) OR (v.account_id IS NULL AND $13::text <> 'cli')) THEN md5(concat_ws(' ', $14::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM of_account;

-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET phone = $2, phone_signs_in = $3::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $8::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $9::bigint, $10::timestamptz, $11, v.outcome, $12, v.account_id, v.session_id, v.attempt_id,
      $13, $14, $15, CASE WHEN (v.outcome = ANY($16::text[]) OR (v.account_id IS NULL AND $17::text <> 'cli')) THEN md5(concat_ws(' ', $18::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts a SET second_factor = $1, phone = CASE WHEN $2 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1,
      updated_at = $3::timestamptz
    WHERE a.id = $4::bigint RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM changed f
    WHERE a.account_id = f.account_id AND a.purpose = ANY($8::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
setup_dropped AS (DELETE FROM factor_setups u USING changed f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING changed f WHERE b.account_id = f.account_id RETURNING b.account_id),
factor AS (
    INSERT INTO totp_factors (account_id, secret_sealed, created_at)
    VALUES ($9::bigint, $10, $11::timestamptz)
    ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = 0,
      created_at = excluded.created_at RETURNING account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $12::bigint, $13::bigint, r.account_id, $14,
      $15, r.address, r.language, $16, $17::timestamptz, $18::timestamptz,
      $19::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $20::bigint, $21::bigint, r.account_id, $22,
      $23, r.address, r.language, $24, $25::timestamptz, $26::timestamptz,
      $27::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $28::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[]) OR (v.account_id IS NULL AND $37::text <> 'cli')) THEN md5(concat_ws(' ', $38::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, updated_at = $4::timestamptz
    WHERE id = $5::bigint RETURNING id AS account_id, security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $9::timestamptz, end_reason = $10 FROM changed f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM changed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id),
verdict AS (SELECT $13::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $14::bigint, $15::timestamptz, $16, v.outcome, $17, v.account_id, v.session_id, v.attempt_id,
      $18, $19, $20, CASE WHEN (v.outcome = ANY($21::text[]) OR (v.account_id IS NULL AND $22::text <> 'cli')) THEN md5(concat_ws(' ', $23::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET phone = $2, phone_signs_in = $3::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $8::bigint, $9::bigint, r.account_id, $10,
      $11, r.address, r.language, $12, $13::timestamptz, $14::timestamptz,
      $15::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $16::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $17::bigint, $18::timestamptz, $19, v.outcome, $20, v.account_id, v.session_id, v.attempt_id,
      $21, $22, $23, CASE WHEN (v.outcome = ANY($24::text[]) OR (v.account_id IS NULL AND $25::text <> 'cli')) THEN md5(concat_ws(' ', $26::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts a SET second_factor = $1, phone = CASE WHEN $2 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1,
      updated_at = $3::timestamptz
    WHERE a.id = $4::bigint RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM changed f
    WHERE a.account_id = f.account_id AND a.purpose = ANY($8::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING changed f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING changed f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING changed f WHERE b.account_id = f.account_id RETURNING b.account_id),
verdict AS (SELECT $9::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $10::bigint, $11::timestamptz, $12, v.outcome, $13, v.account_id, v.session_id, v.attempt_id,
      $14, $15, $16, CASE WHEN (v.outcome = ANY($17::text[]) OR (v.account_id IS NULL AND $18::text <> 'cli')) THEN md5(concat_ws(' ', $19::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET phone = $2, phone_signs_in = $3::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $8::bigint, $9::bigint, r.account_id, $10,
      $11, r.address, r.language, $12, $13::timestamptz, $14::timestamptz,
      $15::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $16::bigint, $17::bigint, r.account_id, $18,
      $19, r.address, r.language, $20, $21::timestamptz, $22::timestamptz,
      $23::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $24::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $25::bigint, $26::timestamptz, $27, v.outcome, $28, v.account_id, v.session_id, v.attempt_id,
      $29, $30, $31, CASE WHEN (v.outcome = ANY($32::text[]) OR (v.account_id IS NULL AND $33::text <> 'cli')) THEN md5(concat_ws(' ', $34::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET password_hash = $2, password_changed_at = $3::timestamptz,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $8::timestamptz
      FROM changed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($9::text[])
        AND a.status = 'open' RETURNING a.id),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM changed) RETURNING key),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $10::bigint, $11::bigint, r.account_id, $12,
      $13, r.address, r.language, $14, $15::timestamptz, $16::timestamptz,
      $17::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $18::bigint, $19::bigint, r.account_id, $20,
      $21, r.address, r.language, $22, $23::timestamptz, $24::timestamptz,
      $25::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $26::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, updated_at = $4::timestamptz
    WHERE id = $5::bigint RETURNING id AS account_id, security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $6::timestamptz, end_reason = $7 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $8::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $9::timestamptz, end_reason = $10 FROM changed f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM changed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $13::bigint, $14::bigint, r.account_id, $15,
      $16, r.address, r.language, $17, $18::timestamptz, $19::timestamptz,
      $20::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $21::bigint, $22::bigint, r.account_id, $23,
      $24, r.address, r.language, $25, $26::timestamptz, $27::timestamptz,
      $28::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $29::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $30::bigint, $31::timestamptz, $32, v.outcome, $33, v.account_id, v.session_id, v.attempt_id,
      $34, $35, $36, CASE WHEN (v.outcome = ANY($37::text[]) OR (v.account_id IS NULL AND $38::text <> 'cli')) THEN md5(concat_ws(' ', $39::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH of_account AS (SELECT $1::bigint AS account_id),
changed AS (
    UPDATE accounts a SET phone = $2, phone_signs_in = $3::boolean,
      security_stamp = a.security_stamp + 1, updated_at = $4::timestamptz
    FROM of_account f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $8::bigint, $9::bigint, r.account_id, $10,
      $11, r.address, r.language, $12, $13::timestamptz, $14::timestamptz,
      $15::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $16::bigint, $17::bigint, r.account_id, $18,
      $19, r.address, r.language, $20, $21::timestamptz, $22::timestamptz,
      $23::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (
    SELECT $24::text AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS DISTINCT FROM $25::text),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $26::bigint, $27::bigint, r.account_id, $28,
      $29, r.address, r.language, $30, $31::timestamptz, $32::timestamptz,
      $33::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $34::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.changeAlone

WITH changed AS (
    UPDATE accounts a SET second_factor = $1, phone = CASE WHEN $2 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1,
      updated_at = $3::timestamptz
    WHERE a.id = $4::bigint RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $5::timestamptz, end_reason = $6 FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $7::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM changed f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM changed f
    WHERE a.account_id = f.account_id AND a.purpose = ANY($8::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING changed f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING changed f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING changed f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $9::bigint, $10::bigint, r.account_id, $11,
      $12, r.address, r.language, $13, $14::timestamptz, $15::timestamptz,
      $16::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN changed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $17::bigint, $18::bigint, r.account_id, $19,
      $20, r.address, r.language, $21, $22::timestamptz, $23::timestamptz,
      $24::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $25::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $26::bigint, $27::timestamptz, $28, v.outcome, $29, v.account_id, v.session_id, v.attempt_id,
      $30, $31, $32, CASE WHEN (v.outcome = ANY($33::text[]) OR (v.account_id IS NULL AND $34::text <> 'cli')) THEN md5(concat_ws(' ', $35::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
verdict AS (SELECT $15::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $16::bigint, $17::timestamptz, $18, v.outcome, $19, v.account_id, v.session_id, v.attempt_id,
      $20, $21, $22, CASE WHEN (v.outcome = ANY($23::text[]) OR (v.account_id IS NULL AND $24::text <> 'cli')) THEN md5(concat_ws(' ', $25::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, NULL::text, $2, $3,
      $4::boolean, $5, $6, $7, $8,
      $9, $10::timestamptz, $11::timestamptz, $12::timestamptz, $13::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
verdict AS (SELECT $14::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $15::bigint, $16::timestamptz, $17, v.outcome, $18, v.account_id, v.session_id, v.attempt_id,
      $19, $20, $21, CASE WHEN (v.outcome = ANY($22::text[]) OR (v.account_id IS NULL AND $23::text <> 'cli')) THEN md5(concat_ws(' ', $24::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($2::text[]) AND true LIMIT 1), $3::text), $4, $5,
      $6::boolean, $7, $8, $9, $10,
      $11, $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
verdict AS (SELECT $16::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $17::bigint, $18::timestamptz, $19, v.outcome, $20, v.account_id, v.session_id, v.attempt_id,
      $21, $22, $23, CASE WHEN (v.outcome = ANY($24::text[]) OR (v.account_id IS NULL AND $25::text <> 'cli')) THEN md5(concat_ws(' ', $26::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountsService.create

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
factor AS (
    INSERT INTO totp_factors (account_id, secret_sealed, created_at)
    VALUES ($15::bigint, $16, $17::timestamptz)
    ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = 0,
      created_at = excluded.created_at RETURNING account_id),
verdict AS (SELECT $18::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $19::bigint, $20::timestamptz, $21, v.outcome, $22, v.account_id, v.session_id, v.attempt_id,
      $23, $24, $25, CASE WHEN (v.outcome = ANY($26::text[]) OR (v.account_id IS NULL AND $27::text <> 'cli')) THEN md5(concat_ws(' ', $28::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- AccountsService.enable

WITH changed AS (
    UPDATE accounts SET disabled_at = CASE WHEN $1::boolean THEN coalesce(disabled_at, $2::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN $3::boolean THEN 1 ELSE 0 END, updated_at = $4::timestamptz
    WHERE id = $5::bigint RETURNING id AS account_id, security_stamp),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[]) OR (v.account_id IS NULL AND $15::text <> 'cli')) THEN md5(concat_ws(' ', $16::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- BackupRemovalService.disable

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.id = $2::bigint AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN target f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM account) done
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $6::bigint AND code_hash = ANY($7::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $8::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $9 AND a.status = 'open' AND a.expires_at > $10::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $11::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $12::timestamptz THEN 'expired'
        WHEN t.kind <> $13 THEN 'other_kind' WHEN b.spent >= $14::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $15::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $16::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
chosen AS (
      UPDATE accounts a SET second_factor = $17, phone = CASE WHEN $18 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $19::timestamptz
      FROM redeemed f WHERE a.id = f.account_id AND a.second_factor <> $20 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $21::timestamptz, end_reason = $22 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING chosen f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING chosen f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING chosen f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $23::bigint, $24::bigint, r.account_id, $25,
      $26, r.address, r.language, $27, $28::timestamptz, $29::timestamptz,
      $30::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34, r.address, r.language, $35, $36::timestamptz, $37::timestamptz,
      $38::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[]) OR (v.account_id IS NULL AND $47::text <> 'cli')) THEN md5(concat_ws(' ', $48::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- BackupRemovalService.open

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
opening AS (SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM subject),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $3::bigint, $4, $5, $6, $7, $8,
          f.subject, f.account_id, f.session_id, $9, $10,
          $11::smallint, $12::timestamptz, $13::timestamptz,
          $14::bigint, $15::bigint,
          $16::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM attempt;

-- BackupRemovalService.open

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $1 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
opening AS (SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM subject),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $3::bigint, $4, $5, $6, $7, $8,
          f.subject, f.account_id, f.session_id, $9, $10,
          $11::smallint, $12::timestamptz, $13::timestamptz,
          $14::bigint, $15::bigint,
          $16::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM attempt;

-- BrowserService.change

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
changed AS (
      UPDATE sessions s SET ended_at = $4::timestamptz, end_reason = $5 FROM browser b
      WHERE s.browser_session_id = b.browser_session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL
        AND s.id = $6::bigint RETURNING s.id AS session_id, s.account_id),
verdict AS (SELECT $7::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[]) OR (v.account_id IS NULL AND $16::text <> 'cli')) THEN md5(concat_ws(' ', $17::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- BrowserService.change

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
changed AS (
      UPDATE browser_sessions b SET active_session_id = s.id FROM sessions s, browser l
      WHERE b.id = l.browser_session_id AND s.id = $4::bigint AND s.browser_session_id = b.id
        AND s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)
      RETURNING s.id AS session_id, s.account_id),
verdict AS (SELECT $6::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM changed),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[]) OR (v.account_id IS NULL AND $15::text <> 'cli')) THEN md5(concat_ws(' ', $16::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- BrowserService.enter

UPDATE browser_sessions SET expires_at = CASE WHEN active_session_id IS NULL THEN $1::timestamptz ELSE $2::timestamptz END
      WHERE id = $3::bigint AND expires_at <= CASE WHEN active_session_id IS NULL THEN $4::timestamptz ELSE $5::timestamptz END RETURNING id;

-- BrowserService.renew

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
proven AS (
      SELECT s.id AS session_id, s.stage FROM sessions s JOIN browser b USING (browser_session_id)
      WHERE s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)
      ORDER BY s.signed_in_at DESC, s.id DESC LIMIT 1),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $5, previous_token_hash = b.token_hash,
        rotated_at = $6::timestamptz, expires_at = $7::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
entered AS (SELECT n.session_id::text AS session_id FROM proven n, rotated)
SELECT * FROM entered;

-- BrowserService.view

WITH browser_view AS (
    SELECT b.id::text AS id, b.expires_at, false AS late, b.active_session_id::text AS active_id,
      EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id AND s.signed_in_at > b.rotated_at
        AND s.ended_at IS NULL AND s.expires_at > $1::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)) AS stale,
      coalesce((
    SELECT json_agg(json_build_object('id', a.id::text, 'kind', a.kind, 'method', a.method, 'created_at', a.created_at,
      'expires_at', a.expires_at, 'stage', s.stage,
      'live', coalesce(s.ended_at IS NULL AND s.expires_at > $2::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp), false), 'factor', x.second_factor,
      'email', u.email, 'username', u.username, 'phone', u.phone, 'email_taken', coalesce(u.email_taken, false),
      'phone_taken', coalesce(u.phone_taken, false),
      'email_proven', u.email_proven_at IS NOT NULL, 'phone_proven', u.phone_proven_at IS NOT NULL,
      'completed', coalesce(s.stage = 'signed_in', false) OR u.completed_at IS NOT NULL) ORDER BY a.id)
    FROM (SELECT * FROM browser_attempts WHERE browser_session_id = b.id ORDER BY id DESC LIMIT $3::int) a
    LEFT JOIN sessions s ON s.browser_attempt_id = a.id
    LEFT JOIN accounts x ON x.id = a.account_id AND x.disabled_at IS NULL
    LEFT JOIN sign_ups u ON u.id = a.id), '[]') AS attempts, coalesce((
    SELECT json_agg(json_build_object('id', s.id::text, 'user_id', s.account_id::text, 'created_at', s.signed_in_at,
      'amr', jsonb_path_query_array(s.amr, '$[*].method')) ORDER BY s.signed_in_at, s.id)
    FROM sessions s JOIN accounts x ON x.id = s.account_id
    WHERE s.browser_session_id = b.id AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > $4::timestamptz AND x.security_stamp <= s.security_stamp AND x.disabled_at IS NULL), '[]') AS sign_ins
    FROM browser_sessions b WHERE b.id = $5::bigint),
rolled AS (
      UPDATE browser_sessions SET expires_at = CASE WHEN active_session_id IS NULL THEN $6::timestamptz ELSE $7::timestamptz END
      WHERE id = $8::bigint AND expires_at <= CASE WHEN active_session_id IS NULL THEN $9::timestamptz ELSE $10::timestamptz END RETURNING id)
SELECT * FROM browser_view;

-- BrowserSignInService.begin

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $4 AND disabled_at IS NULL AND activated_at IS NOT NULL  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $5::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $6::bigint, b.browser_session_id, $7, $8, s.subject, s.account_id,
        $9::timestamptz, $10::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id),
verdict AS (SELECT $11::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $12::bigint, $13::timestamptz, $14, v.outcome, $15, v.account_id, v.session_id, v.attempt_id,
      $16, $17, $18, CASE WHEN (v.outcome = ANY($19::text[]) OR (v.account_id IS NULL AND $20::text <> 'cli')) THEN md5(concat_ws(' ', $21::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- BrowserSignInService.begin

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.phone = $4 AND disabled_at IS NULL AND activated_at IS NOT NULL  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $5::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $6::bigint, b.browser_session_id, $7, $8, s.subject, s.account_id,
        $9::timestamptz, $10::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id),
verdict AS (SELECT $11::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $12::bigint, $13::timestamptz, $14, v.outcome, $15, v.account_id, v.session_id, v.attempt_id,
      $16, $17, $18, CASE WHEN (v.outcome = ANY($19::text[]) OR (v.account_id IS NULL AND $20::text <> 'cli')) THEN md5(concat_ws(' ', $21::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- BrowserSignInService.begin

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = ANY($4::text[]) AND disabled_at IS NULL AND activated_at IS NOT NULL ORDER BY array_position($5::text[], email) LIMIT 1 FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $7::bigint, b.browser_session_id, $8, $9, s.subject, s.account_id,
        $10::timestamptz, $11::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id),
verdict AS (SELECT $12::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $13::bigint, $14::timestamptz, $15, v.outcome, $16, v.account_id, v.session_id, v.attempt_id,
      $17, $18, $19, CASE WHEN (v.outcome = ANY($20::text[]) OR (v.account_id IS NULL AND $21::text <> 'cli')) THEN md5(concat_ws(' ', $22::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- BrowserSignInService.start

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $3::bigint AND b.token_hash = $4 AND b.expires_at > $5::timestamptz FOR UPDATE),
surplus AS (
    UPDATE sessions SET ended_at = $6::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $7::timestamptz DESC,
            l.client_address = $8, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $9::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $10::int ELSE $11::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $12::bigint, f.account_id, $13, $14::text, $15, jsonb_build_array(jsonb_build_object('method', $16::text, 'at', $17::text)), $18, $19,
      $20::timestamptz, CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz END, $23::timestamptz,
      CASE WHEN ($24::text) = 'signed_in' THEN $25::timestamptz ELSE $26::timestamptz END, $27,
      $28::timestamptz, b.browser_session_id, $29::bigint, f.security_stamp
    FROM held f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $30::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $31::bigint, b.browser_session_id, $32, $33, s.subject, s.account_id,
        $34::timestamptz, $35::timestamptz
      FROM browser b CROSS JOIN candidate s RETURNING id, subject, account_id, NULL::bigint AS session_id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($36::text[])
        ORDER BY array_position($37::text[], key) FOR UPDATE) RETURNING key),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $38, previous_token_hash = b.token_hash,
        rotated_at = $39::timestamptz, expires_at = $40::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $41::timestamptz, end_reason = 'replaced' FROM session p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $42::bigint, $43::timestamptz, $44, v.outcome, $45, v.account_id, v.session_id, v.attempt_id,
      $46, $47, $48, CASE WHEN (v.outcome = ANY($49::text[]) OR (v.account_id IS NULL AND $50::text <> 'cli')) THEN md5(concat_ws(' ', $51::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- ChallengedService.holder

WITH challenge AS (
      SELECT a.account_id, a.method FROM attempts a WHERE a.kind = 'challenge' AND a.secret_hash = ANY($1::text[]) AND a.purpose = $2
        AND (a.status = 'open' AND a.expires_at > $3::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($4::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN challenge f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN challenge f ON f.account_id = a.id WHERE a.disabled_at IS NULL)
SELECT * FROM key_holder;

-- ChallengedService.refuse

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND false) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND false) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND false) OR a.tries_left = 1 THEN $6::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $7 AND a.status = 'open' AND a.expires_at > $8::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $9::timestamptz THEN 'expired'
        WHEN t.kind <> $10 THEN 'other_kind' WHEN b.spent >= $11::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $12::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $13::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $14::bigint, $15::timestamptz, $16, v.outcome, $17, v.account_id, v.session_id, v.attempt_id,
      $18, $19, $20, CASE WHEN (v.outcome = ANY($21::text[]) OR (v.account_id IS NULL AND $22::text <> 'cli')) THEN md5(concat_ws(' ', $23::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- ClientPasswords.readSalt

SELECT salt FROM client_password_salt;

-- CodeSender.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($3::text, language) AS language, account_id FROM recipient),
reachable AS (SELECT s.* FROM candidate s JOIN addressee USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $4, $5::timestamptz, 1, $6::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $7::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $8::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $9::timestamptz AND (w.window_ends_at <= $10::timestamptz
      OR w.sent < coalesce($11::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $12::timestamptz,
      status = CASE WHEN a.expires_at <= $13::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM allowed) AND a.protocol = $14 AND a.session_id IS NULL AND a.purpose = $15 AND a.kind = $16 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $17::bigint, $18, $19, $20, $21, $22,
          f.subject, f.account_id, f.session_id, $23, $24,
          $25::smallint, $26::timestamptz, $27::timestamptz,
          $28::bigint, $29::bigint,
          $30::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN candidate s ON true LEFT JOIN addressee r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $31::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN candidate f ON w.subject = f.subject WHERE w.purpose = $32),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee_2 AS (SELECT r.address, r.language, r.account_id FROM addressee r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $33::bigint, $34::bigint, r.account_id, $35,
      $36, r.address, r.language, $37, $38::timestamptz, $39::timestamptz,
      $40::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($41::text[])
        ORDER BY array_position($42::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM addressee) AS address, (SELECT next_at FROM waiting) AS next_at;

-- CodeSender.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($3::text, language) AS language, account_id FROM recipient),
reachable AS (SELECT s.* FROM candidate s JOIN addressee USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $4, $5::timestamptz, 1, $6::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $7::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $8::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $9::timestamptz AND (w.window_ends_at <= $10::timestamptz
      OR w.sent < coalesce($11::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $12::timestamptz,
      status = CASE WHEN a.expires_at <= $13::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM allowed) AND a.protocol = $14 AND a.session_id IS NULL AND a.purpose = $15 AND a.kind = $16 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $17::bigint, $18, $19, $20, $21, $22,
          f.subject, f.account_id, f.session_id, $23, $24,
          $25::smallint, $26::timestamptz, $27::timestamptz,
          $28::bigint, $29::bigint,
          $30::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN candidate s ON true LEFT JOIN addressee r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $31::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN candidate f ON w.subject = f.subject WHERE w.purpose = $32),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee_2 AS (SELECT r.address, r.language, r.account_id FROM addressee r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $33::bigint, $34::bigint, r.account_id, $35,
      $36, r.address, r.language, $37, $38::timestamptz, $39::timestamptz,
      $40::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($41::text[])
        ORDER BY array_position($42::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM addressee) AS address, (SELECT next_at FROM waiting) AS next_at;

-- CodeSender.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN pending f ON f.account_id = a.id WHERE a.email IS NOT NULL),
reachable AS (SELECT s.* FROM pending s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $9, $10::timestamptz, 1, $11::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $12::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $13::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $17::timestamptz,
      status = CASE WHEN a.expires_at <= $18::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $19 AND a.kind = $20 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $21::bigint, $22, $23, $24, $25, $26,
          f.subject, f.account_id, f.session_id, $27, $28,
          $29::smallint, $30::timestamptz, $31::timestamptz,
          $32::bigint, $33::bigint,
          $34::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN pending s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $35::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN pending f ON w.subject = f.subject WHERE w.purpose = $36),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $37::bigint, $38::bigint, r.account_id, $39,
      $40, r.address, r.language, $41, $42::timestamptz, $43::timestamptz,
      $44::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $45::bigint, $46::timestamptz, $47, v.outcome, $48, v.account_id, v.session_id, v.attempt_id,
      $49, $50, $51, CASE WHEN (v.outcome = ANY($52::text[]) OR (v.account_id IS NULL AND $53::text <> 'cli')) THEN md5(concat_ws(' ', $54::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at;

-- CodeSender.decide

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.email IS NOT NULL),
reachable AS (SELECT s.* FROM session s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $15::timestamptz,
      status = CASE WHEN a.expires_at <= $16::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $17 AND a.kind = $18 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $19::bigint, $20, $21, $22, $23, $24,
          f.subject, f.account_id, f.session_id, $25, $26,
          $27::smallint, $28::timestamptz, $29::timestamptz,
          $30::bigint, $31::bigint,
          $32::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN session s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $33::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN session f ON w.subject = f.subject WHERE w.purpose = $34),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $35::bigint, $36::bigint, r.account_id, $37,
      $38, r.address, r.language, $39, $40::timestamptz, $41::timestamptz,
      $42::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at;

-- CodeSender.decide

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
reachable AS (SELECT s.* FROM session s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $15::timestamptz,
      status = CASE WHEN a.expires_at <= $16::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $17 AND a.kind = $18 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $19::bigint, $20, $21, $22, $23, $24,
          f.subject, f.account_id, f.session_id, $25, $26,
          $27::smallint, $28::timestamptz, $29::timestamptz,
          $30::bigint, $31::bigint,
          $32::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN session s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $33::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN session f ON w.subject = f.subject WHERE w.purpose = $34),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $35::bigint, $36::bigint, r.account_id, $37,
      $38, r.address, r.language, $39, $40::timestamptz, $41::timestamptz,
      $42::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at;

-- CodeSender.decide

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
recipient AS (
    SELECT $10::text AS address, coalesce($11::text, a.language) AS language, f.account_id
    FROM fresh f LEFT JOIN accounts a ON a.id = f.account_id),
reachable AS (SELECT s.* FROM fresh s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $20::timestamptz,
      status = CASE WHEN a.expires_at <= $21::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM allowed) AND a.purpose = $22 AND a.kind = $23 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN fresh s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $38::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN fresh f ON w.subject = f.subject WHERE w.purpose = $39),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $40::bigint, $41::bigint, r.account_id, $42,
      $43, r.address, r.language, $44, $45::timestamptz, $46::timestamptz,
      $47::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $48, $49, $50, $51::text[], $52::timestamptz, $53::timestamptz FROM allowed f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $54::bigint, $55::timestamptz, $56, v.outcome, $57, v.account_id, v.session_id, v.attempt_id,
      $58, $59, $60, CASE WHEN (v.outcome = ANY($61::text[]) OR (v.account_id IS NULL AND $62::text <> 'cli')) THEN md5(concat_ws(' ', $63::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at;

-- CodeSender.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
awaiting_phone AS (
    SELECT f.*, (a.second_factor = 'sms' AND a.phone IS NULL) AS waits FROM pending f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND ((a.second_factor = 'sms' AND a.phone IS NULL) OR NOT $9::boolean)),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM awaiting_phone),
recipient AS (
    SELECT $10::text AS address, coalesce($11::text, a.language) AS language, f.account_id
    FROM candidate f LEFT JOIN accounts a ON a.id = f.account_id),
reachable AS (SELECT s.* FROM candidate s JOIN recipient USING (account_id)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM reachable f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM reachable s JOIN window_taken USING (subject)),
closed AS (
    UPDATE attempts a SET closed_at = $20::timestamptz,
      status = CASE WHEN a.expires_at <= $21::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM allowed) AND a.protocol = $22 AND a.session_id IS NULL AND a.purpose = $23 AND a.kind = $24 AND a.status = 'open' RETURNING a.id),
opening AS (SELECT a.* FROM allowed a CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $25::bigint, $26, $27, $28, $29, $30,
          f.subject, f.account_id, f.session_id, $31, $32,
          $33::smallint, $34::timestamptz, $35::timestamptz,
          $36::bigint, $37::bigint,
          $38::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN candidate s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true),
waiting AS (
    SELECT CASE WHEN w.next_at > $39::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN candidate f ON w.subject = f.subject WHERE w.purpose = $40),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT r.address, r.language, r.account_id FROM recipient r JOIN allowed USING (account_id)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $41::bigint, $42::bigint, r.account_id, $43,
      $44, r.address, r.language, $45, $46::timestamptz, $47::timestamptz,
      $48::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $49, $50, $51, $52::text[], $53::timestamptz, $54::timestamptz FROM allowed f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $55::bigint, $56::timestamptz, $57, v.outcome, $58, v.account_id, v.session_id, v.attempt_id,
      $59, $60, $61, CASE WHEN (v.outcome = ANY($62::text[]) OR (v.account_id IS NULL AND $63::text <> 'cli')) THEN md5(concat_ws(' ', $64::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at;

-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
backup_codes_dropped AS (DELETE FROM backup_codes b USING fresh f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $7::timestamptz
          FROM fresh f, unnest($8::text[], $9::text[]) AS h (hash, sealed)
          WHERE f.account_id = $10::bigint RETURNING account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN fresh f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $11::bigint, $12::bigint, r.account_id, $13,
      $14, r.address, r.language, $15, $16::timestamptz, $17::timestamptz,
      $18::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN fresh f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $19::bigint, $20::bigint, r.account_id, $21,
      $22, r.address, r.language, $23, $24::timestamptz, $25::timestamptz,
      $26::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM fresh c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh;

-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
chosen AS (
      UPDATE accounts a SET second_factor = $7, phone = CASE WHEN $8 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $9::timestamptz
      FROM fresh f WHERE a.id = f.account_id AND a.second_factor <> $10 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $11::timestamptz, end_reason = $12 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING chosen f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING chosen f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING chosen f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $13::bigint, $14::bigint, r.account_id, $15,
      $16, r.address, r.language, $17, $18::timestamptz, $19::timestamptz,
      $20::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM chosen c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $21::bigint, $22::timestamptz, $23, v.outcome, $24, v.account_id, v.session_id, v.attempt_id,
      $25, $26, $27, CASE WHEN (v.outcome = ANY($28::text[]) OR (v.account_id IS NULL AND $29::text <> 'cli')) THEN md5(concat_ws(' ', $30::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh;

-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
authenticated AS (SELECT f.account_id FROM fresh f JOIN totp_factors t USING (account_id)),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $7::timestamptz FROM authenticated f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $8::timestamptz, end_reason = $9 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING raised f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING raised f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING raised f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN raised f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $10::bigint, $11::bigint, r.account_id, $12,
      $13, r.address, r.language, $14, $15::timestamptz, $16::timestamptz,
      $17::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN raised f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $18::bigint, $19::bigint, r.account_id, $20,
      $21, r.address, r.language, $22, $23::timestamptz, $24::timestamptz,
      $25::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM raised c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $26::bigint, $27::timestamptz, $28, v.outcome, $29, v.account_id, v.session_id, v.attempt_id,
      $30, $31, $32, CASE WHEN (v.outcome = ANY($33::text[]) OR (v.account_id IS NULL AND $34::text <> 'cli')) THEN md5(concat_ws(' ', $35::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh;

-- DocspaceAuthenticatorService.change

WITH of_account AS (SELECT $1::bigint AS account_id),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN of_account f ON f.account_id = s.account_id
    WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $6::timestamptz FOR UPDATE OF s),
chosen AS (
      UPDATE accounts a SET second_factor = $7, phone = CASE WHEN $8 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $9::timestamptz
      FROM fresh f WHERE a.id = f.account_id AND a.second_factor <> $10 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $11::timestamptz, end_reason = $12 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING chosen f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING chosen f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING chosen f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $13::bigint, $14::bigint, r.account_id, $15,
      $16, r.address, r.language, $17, $18::timestamptz, $19::timestamptz,
      $20::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $21::bigint, $22::bigint, r.account_id, $23,
      $24, r.address, r.language, $25, $26::timestamptz, $27::timestamptz,
      $28::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM chosen c JOIN fresh s USING (account_id)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[]) OR (v.account_id IS NULL AND $37::text <> 'cli')) THEN md5(concat_ws(' ', $38::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT EXISTS (SELECT FROM fresh) AS fresh;

-- DocspaceAuthenticatorService.codes

WITH of_account AS (SELECT $1::bigint AS account_id),
kept AS (
      SELECT b.code_sealed, b.used_at IS NOT NULL AS used FROM backup_codes b JOIN of_account f USING (account_id)
      WHERE b.code_sealed IS NOT NULL ORDER BY b.code_hash)
SELECT * FROM kept;

-- DocspaceChallenge.isConnected

WITH of_account AS (SELECT $1::bigint AS account_id)
SELECT t.secret_sealed FROM totp_factors t JOIN of_account f USING (account_id);

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $17::timestamptz THEN 'expired'
        WHEN t.kind <> $18 THEN 'other_kind' WHEN b.spent >= $19::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $20::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $21::timestamptz DESC,
            l.client_address = $22, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $23::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $24::int ELSE $25::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $26::bigint, f.account_id, $27, $28::text, $29, jsonb_build_array(jsonb_build_object('method', $30::text, 'at', $31::text), jsonb_build_object('method', f.method::text, 'at', $32::text)), $33, $34,
      $35::timestamptz, CASE WHEN ($36::text) = 'signed_in' THEN $37::timestamptz END, $38::timestamptz,
      CASE WHEN ($39::text) = 'signed_in' THEN $40::timestamptz ELSE $41::timestamptz END, $42,
      $43::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $44::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $45::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $46::bigint, $47::timestamptz, $48, v.outcome, $49, v.account_id, v.session_id, v.attempt_id,
      $50, $51, $52, CASE WHEN (v.outcome = ANY($53::text[]) OR (v.account_id IS NULL AND $54::text <> 'cli')) THEN md5(concat_ws(' ', $55::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $8 AND a.session_id IS NULL AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $14::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($16::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $21::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $22::timestamptz THEN 'expired'
        WHEN t.kind <> $23 THEN 'other_kind' WHEN b.spent >= $24::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $25::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $26::timestamptz DESC,
            l.client_address = $27, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $28::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $29::int ELSE $30::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $31::bigint, f.account_id, $32, $33::text, $34, jsonb_build_array(jsonb_build_object('method', $35::text, 'at', $36::text), jsonb_build_object('method', f.method::text, 'at', $37::text)), $38, $39,
      $40::timestamptz, CASE WHEN ($41::text) = 'signed_in' THEN $42::timestamptz END, $43::timestamptz,
      CASE WHEN ($44::text) = 'signed_in' THEN $45::timestamptz ELSE $46::timestamptz END, $47,
      $48::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $49::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $50::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $51::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($52::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $53::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($54::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $55::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $56 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $57  RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $58::bigint, $59::timestamptz, $60, v.outcome, $61, v.account_id, v.session_id, v.attempt_id,
      $62, $63, $64, CASE WHEN (v.outcome = ANY($65::text[]) OR (v.account_id IS NULL AND $66::text <> 'cli')) THEN md5(concat_ws(' ', $67::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $8 AND a.session_id IS NULL AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $14::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($16::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $21::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $22::timestamptz THEN 'expired'
        WHEN t.kind <> $23 THEN 'other_kind' WHEN b.spent >= $24::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $25::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $26::timestamptz DESC,
            l.client_address = $27, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $28::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $29::int ELSE $30::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $31::bigint, f.account_id, $32, $33::text, $34, jsonb_build_array(jsonb_build_object('method', $35::text, 'at', $36::text), jsonb_build_object('method', f.method::text, 'at', $37::text)), $38, $39,
      $40::timestamptz, CASE WHEN ($41::text) = 'signed_in' THEN $42::timestamptz END, $43::timestamptz,
      CASE WHEN ($44::text) = 'signed_in' THEN $45::timestamptz ELSE $46::timestamptz END, $47,
      $48::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $49::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $50::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $51::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($52::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $53::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($54::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $55::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $56 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $57  RETURNING s.id),
codeless AS (
      SELECT f.account_id FROM accepted f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
backup_codes_dropped AS (DELETE FROM backup_codes b USING codeless f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $58::timestamptz
          FROM codeless f, unnest($59::text[], $60::text[]) AS h (hash, sealed)
          WHERE f.account_id = $61::bigint RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $62::bigint, $63::timestamptz, $64, v.outcome, $65, v.account_id, v.session_id, v.attempt_id,
      $66, $67, $68, CASE WHEN (v.outcome = ANY($69::text[]) OR (v.account_id IS NULL AND $70::text <> 'cli')) THEN md5(concat_ws(' ', $71::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $10::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($11::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($13::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $14::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $15 AND a.status = 'open' AND a.expires_at > $16::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $17::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $21, $22, f.account_id, $23, $24::timestamptz FROM proven f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
admitted AS (SELECT f.* FROM proven f JOIN linked l ON l.account_id = f.account_id),
surplus AS (
    UPDATE sessions SET ended_at = $25::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $26::timestamptz DESC,
            l.client_address = $27, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $28::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN admitted f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $29::int ELSE $30::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $31::bigint, f.account_id, $32, $33::text, $34, jsonb_build_array(jsonb_build_object('method', $35::text, 'at', $36::text), jsonb_build_object('method', f.method::text, 'at', $37::text)), $38, $39,
      $40::timestamptz, CASE WHEN ($41::text) = 'signed_in' THEN $42::timestamptz END, $43::timestamptz,
      CASE WHEN ($44::text) = 'signed_in' THEN $45::timestamptz ELSE $46::timestamptz END, $47,
      $48::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM admitted f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $49::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $50::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $51::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $52::bigint, $53::bigint, r.account_id, $54,
      $55, r.address, r.language, $56, $57::timestamptz, $58::timestamptz,
      $59::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $60::bigint, $61::bigint, r.account_id, $62,
      $63, r.address, r.language, $64, $65::timestamptz, $66::timestamptz,
      $67::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict_2 AS (SELECT $68::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM news),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $69::bigint, $70::timestamptz, $71, v.outcome, $72, v.account_id, v.session_id, v.attempt_id,
      $73, $74, $75, CASE WHEN (v.outcome = ANY($76::text[]) OR (v.account_id IS NULL AND $77::text <> 'cli')) THEN md5(concat_ws(' ', $78::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict_2 v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
codeless AS (
      SELECT f.account_id FROM accepted f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
backup_codes_dropped AS (DELETE FROM backup_codes b USING codeless f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $79::timestamptz
          FROM codeless f, unnest($80::text[], $81::text[]) AS h (hash, sealed)
          WHERE f.account_id = $82::bigint RETURNING account_id),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $83::bigint, $84::timestamptz, $85, v.outcome, $86, v.account_id, v.session_id, v.attempt_id,
      $87, $88, $89, CASE WHEN (v.outcome = ANY($90::text[]) OR (v.account_id IS NULL AND $91::text <> 'cli')) THEN md5(concat_ws(' ', $92::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed AS (
      UPDATE accounts a SET activated_at = $7::timestamptz, updated_at = $8::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM held_link f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $9::bigint AND disabled_at IS NULL AND security_stamp = $10::int FOR NO KEY UPDATE),
held_link_2 AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held_2 f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($11::text[]) AND a.purpose = ANY($12::text[]) AND a.protocol = $13
        AND a.status = 'open' AND a.expires_at > $14::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed_before AS (
    SELECT f.account_id, f.security_stamp FROM held_link_2 f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL),
taken AS (SELECT * FROM invited_owner UNION ALL SELECT * FROM claimed_before),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM taken),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($15::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $16 AND a.session_id IS NULL AND a.kind = $17 AND a.method = $18 AND a.purpose = $19 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $20::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $21::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $22::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($23::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($24::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($25::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $26::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $27 AND a.status = 'open' AND a.expires_at > $28::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $29::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $30::timestamptz THEN 'expired'
        WHEN t.kind <> $31 THEN 'other_kind' WHEN b.spent >= $32::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $33::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $34::timestamptz DESC,
            l.client_address = $35, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $36::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $37::int ELSE $38::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $39::bigint, f.account_id, $40, $41::text, $42, jsonb_build_array(jsonb_build_object('method', $43::text, 'at', $44::text), jsonb_build_object('method', f.method::text, 'at', $45::text)), $46, $47,
      $48::timestamptz, CASE WHEN ($49::text) = 'signed_in' THEN $50::timestamptz END, $51::timestamptz,
      CASE WHEN ($52::text) = 'signed_in' THEN $53::timestamptz ELSE $54::timestamptz END, $55,
      $56::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $57::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $58::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $59::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($60::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $61::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($62::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $63::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $64 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $65  RETURNING s.id),
codeless AS (
      SELECT f.account_id FROM accepted f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
backup_codes_dropped AS (DELETE FROM backup_codes b USING codeless f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $66::timestamptz
          FROM codeless f, unnest($67::text[], $68::text[]) AS h (hash, sealed)
          WHERE f.account_id = $69::bigint RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $70::bigint, $71::timestamptz, $72, v.outcome, $73, v.account_id, v.session_id, v.attempt_id,
      $74, $75, $76, CASE WHEN (v.outcome = ANY($77::text[]) OR (v.account_id IS NULL AND $78::text <> 'cli')) THEN md5(concat_ws(' ', $79::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $17::timestamptz THEN 'expired'
        WHEN t.kind <> $18 THEN 'other_kind' WHEN b.spent >= $19::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $20::timestamptz FOR UPDATE OF u),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $21::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
surplus AS (
    UPDATE sessions SET ended_at = $22::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $23::timestamptz DESC,
            l.client_address = $24, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $25::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $26::int ELSE $27::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $28::bigint, f.account_id, $29, $30::text, $31, jsonb_build_array(jsonb_build_object('method', $32::text, 'at', $33::text), jsonb_build_object('method', f.method::text, 'at', $34::text)), $35, $36,
      $37::timestamptz, CASE WHEN ($38::text) = 'signed_in' THEN $39::timestamptz END, $40::timestamptz,
      CASE WHEN ($41::text) = 'signed_in' THEN $42::timestamptz ELSE $43::timestamptz END, $44,
      $45::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $46::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $47::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $48::bigint, $49::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $50::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $51::timestamptz
          FROM connected f, unnest($52::text[], $53::text[]) AS h (hash, sealed)
          WHERE f.account_id = $54::bigint RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $55::timestamptz, end_reason = $56 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND NOT (s.stage = 'signed_in' AND s.amr @> $57::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND (s.stage = 'signed_in' AND s.amr @> $58::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING connected f WHERE t.account_id = f.account_id RETURNING t.account_id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $59::bigint, $60::bigint, r.account_id, $61,
      $62, r.address, r.language, $63, $64::timestamptz, $65::timestamptz,
      $66::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $67::bigint, $68::bigint, r.account_id, $69,
      $70, r.address, r.language, $71, $72::timestamptz, $73::timestamptz,
      $74::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $75::bigint, $76::timestamptz, $77, v.outcome, $78, v.account_id, v.session_id, v.attempt_id,
      $79, $80, $81, CASE WHEN (v.outcome = ANY($82::text[]) OR (v.account_id IS NULL AND $83::text <> 'cli')) THEN md5(concat_ws(' ', $84::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $10::timestamptz FOR UPDATE OF u),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($11::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $12::text
      AND phone IS NOT DISTINCT FROM $13::text)))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($14::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $15::text
      AND phone IS NOT DISTINCT FROM $16::text)))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($17::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $18::text
      AND phone IS NOT DISTINCT FROM $19::text)))) OR a.tries_left = 1 THEN $20::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $21 AND a.status = 'open' AND a.expires_at > $22::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $23::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $24::timestamptz THEN 'expired'
        WHEN t.kind <> $25 THEN 'other_kind' WHEN b.spent >= $26::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $27::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
surplus AS (
    UPDATE sessions SET ended_at = $28::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $29::timestamptz DESC,
            l.client_address = $30, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $31::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $32::int ELSE $33::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $34::bigint, f.account_id, $35, $36::text, $37, jsonb_build_array(jsonb_build_object('method', $38::text, 'at', $39::text), jsonb_build_object('method', f.method::text, 'at', $40::text)), $41, $42,
      $43::timestamptz, CASE WHEN ($44::text) = 'signed_in' THEN $45::timestamptz END, $46::timestamptz,
      CASE WHEN ($47::text) = 'signed_in' THEN $48::timestamptz ELSE $49::timestamptz END, $50,
      $51::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $52::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $53::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $54::bigint, $55::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $56::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $57::timestamptz
          FROM connected f, unnest($58::text[], $59::text[]) AS h (hash, sealed)
          WHERE f.account_id = $60::bigint RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $61::timestamptz, end_reason = $62 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND NOT (s.stage = 'signed_in' AND s.amr @> $63::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND (s.stage = 'signed_in' AND s.amr @> $64::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $65::bigint, $66::bigint, r.account_id, $67,
      $68, r.address, r.language, $69, $70::timestamptz, $71::timestamptz,
      $72::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $73::bigint, $74::bigint, r.account_id, $75,
      $76, r.address, r.language, $77, $78::timestamptz, $79::timestamptz,
      $80::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $81::bigint, $82::timestamptz, $83, v.outcome, $84, v.account_id, v.session_id, v.attempt_id,
      $85, $86, $87, CASE WHEN (v.outcome = ANY($88::text[]) OR (v.account_id IS NULL AND $89::text <> 'cli')) THEN md5(concat_ws(' ', $90::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $14::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $15::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($16::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($17::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($18::text[]))) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $22::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $26::timestamptz FOR UPDATE OF u),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $27::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $28, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $29::text),
        signed_in_at = $30::timestamptz, expires_at = $31::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $32::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $33::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $34::bigint, $35::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $36::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $37::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($38::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $39::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $40 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $41 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $42::timestamptz
          FROM connected f, unnest($43::text[], $44::text[]) AS h (hash, sealed)
          WHERE f.account_id = $45::bigint RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $46::timestamptz, end_reason = $47 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM promoted) AND NOT (s.stage = 'signed_in' AND s.amr @> $48::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM promoted) AND (s.stage = 'signed_in' AND s.amr @> $49::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING connected f WHERE t.account_id = f.account_id RETURNING t.account_id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $50::bigint, $51::bigint, r.account_id, $52,
      $53, r.address, r.language, $54, $55::timestamptz, $56::timestamptz,
      $57::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $58::bigint, $59::bigint, r.account_id, $60,
      $61, r.address, r.language, $62, $63::timestamptz, $64::timestamptz,
      $65::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $66::bigint, $67::timestamptz, $68, v.outcome, $69, v.account_id, v.session_id, v.attempt_id,
      $70, $71, $72, CASE WHEN (v.outcome = ANY($73::text[]) OR (v.account_id IS NULL AND $74::text <> 'cli')) THEN md5(concat_ws(' ', $75::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $14::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $15::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $16::timestamptz FOR UPDATE OF u),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($17::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $18::text
      AND phone IS NOT DISTINCT FROM $19::text)))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($20::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $21::text
      AND phone IS NOT DISTINCT FROM $22::text)))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($23::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $24::text
      AND phone IS NOT DISTINCT FROM $25::text)))) OR a.tries_left = 1 THEN $26::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $27 AND a.status = 'open' AND a.expires_at > $28::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $29::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $30::timestamptz THEN 'expired'
        WHEN t.kind <> $31 THEN 'other_kind' WHEN b.spent >= $32::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $33::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $34, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $35::text),
        signed_in_at = $36::timestamptz, expires_at = $37::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $38::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $39::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $40::bigint, $41::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $42::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $43::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($44::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $45::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $46 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $47 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $48::timestamptz
          FROM connected f, unnest($49::text[], $50::text[]) AS h (hash, sealed)
          WHERE f.account_id = $51::bigint RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $52::timestamptz, end_reason = $53 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM promoted) AND NOT (s.stage = 'signed_in' AND s.amr @> $54::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM promoted) AND (s.stage = 'signed_in' AND s.amr @> $55::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $56::bigint, $57::bigint, r.account_id, $58,
      $59, r.address, r.language, $60, $61::timestamptz, $62::timestamptz,
      $63::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $64::bigint, $65::bigint, r.account_id, $66,
      $67, r.address, r.language, $68, $69::timestamptz, $70::timestamptz,
      $71::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $72::bigint, $73::timestamptz, $74, v.outcome, $75, v.account_id, v.session_id, v.attempt_id,
      $76, $77, $78, CASE WHEN (v.outcome = ANY($79::text[]) OR (v.account_id IS NULL AND $80::text <> 'cli')) THEN md5(concat_ws(' ', $81::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $8 AND a.session_id IS NULL AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN candidate f USING (account_id)
      WHERE u.expires_at > $14::timestamptz FOR UPDATE OF u),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($15::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $16::text
      AND phone IS NOT DISTINCT FROM $17::text)))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($18::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $19::text
      AND phone IS NOT DISTINCT FROM $20::text)))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($21::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $22::text
      AND phone IS NOT DISTINCT FROM $23::text)))) OR a.tries_left = 1 THEN $24::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $25 AND a.status = 'open' AND a.expires_at > $26::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $27::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $28::timestamptz THEN 'expired'
        WHEN t.kind <> $29 THEN 'other_kind' WHEN b.spent >= $30::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $31::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
proven AS (
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM verdict v JOIN connected c USING (account_id)),
surplus AS (
    UPDATE sessions SET ended_at = $32::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $33::timestamptz DESC,
            l.client_address = $34, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $35::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $36::int ELSE $37::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $38::bigint, f.account_id, $39, $40::text, $41, jsonb_build_array(jsonb_build_object('method', $42::text, 'at', $43::text), jsonb_build_object('method', f.method::text, 'at', $44::text)), $45, $46,
      $47::timestamptz, CASE WHEN ($48::text) = 'signed_in' THEN $49::timestamptz END, $50::timestamptz,
      CASE WHEN ($51::text) = 'signed_in' THEN $52::timestamptz ELSE $53::timestamptz END, $54,
      $55::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $56::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $57::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $58::bigint, $59::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $60::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($61::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $62::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($63::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $64::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $65 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $66  RETURNING s.id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued_2 AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $67::timestamptz
          FROM connected f, unnest($68::text[], $69::text[]) AS h (hash, sealed)
          WHERE f.account_id = $70::bigint RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $71::timestamptz, end_reason = $72 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND NOT (s.stage = 'signed_in' AND s.amr @> $73::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM session) AND (s.stage = 'signed_in' AND s.amr @> $74::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
backup_codes_dropped_2 AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $75::bigint, $76::bigint, r.account_id, $77,
      $78, r.address, r.language, $79, $80::timestamptz, $81::timestamptz,
      $82::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $83::bigint, $84::bigint, r.account_id, $85,
      $86, r.address, r.language, $87, $88::timestamptz, $89::timestamptz,
      $90::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $91::bigint, $92::timestamptz, $93, v.outcome, $94, v.account_id, v.session_id, v.attempt_id,
      $95, $96, $97, CASE WHEN (v.outcome = ANY($98::text[]) OR (v.account_id IS NULL AND $99::text <> 'cli')) THEN md5(concat_ws(' ', $100::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $14::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $15::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($16::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($17::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($18::text[]))) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $22::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $26, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $27::text),
        signed_in_at = $28::timestamptz, expires_at = $29::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $30::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $31::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $32::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($33::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $34::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $35 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $36 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[]) OR (v.account_id IS NULL AND $45::text <> 'cli')) THEN md5(concat_ws(' ', $46::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $10::bigint AND code_hash = ANY($11::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $12::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $13 AND a.status = 'open' AND a.expires_at > $14::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $15::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $16::timestamptz THEN 'expired'
        WHEN t.kind <> $17 THEN 'other_kind' WHEN b.spent >= $18::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $19::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $20::timestamptz DESC,
            l.client_address = $21, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $22::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $23::int ELSE $24::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $25::bigint, f.account_id, $26, $27::text, $28, jsonb_build_array(jsonb_build_object('method', $29::text, 'at', $30::text), jsonb_build_object('method', f.method::text, 'at', $31::text)), $32, $33,
      $34::timestamptz, CASE WHEN ($35::text) = 'signed_in' THEN $36::timestamptz END, $37::timestamptz,
      CASE WHEN ($38::text) = 'signed_in' THEN $39::timestamptz ELSE $40::timestamptz END, $41,
      $42::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $43::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $44::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent AS (
      UPDATE backup_codes b SET used_at = $45::timestamptz FROM backup_code l, verdict v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $46::bigint, $47::timestamptz, $48, v.outcome, $49, v.account_id, v.session_id, v.attempt_id,
      $50, $51, $52, CASE WHEN (v.outcome = ANY($53::text[]) OR (v.account_id IS NULL AND $54::text <> 'cli')) THEN md5(concat_ws(' ', $55::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $10::bigint AND code_hash = ANY($11::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $12::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $13 AND a.status = 'open' AND a.expires_at > $14::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $15::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $16::timestamptz THEN 'expired'
        WHEN t.kind <> $17 THEN 'other_kind' WHEN b.spent >= $18::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $19::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $20::timestamptz DESC,
            l.client_address = $21, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $22::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $23::int ELSE $24::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $25::bigint, f.account_id, $26, $27::text, $28, jsonb_build_array(jsonb_build_object('method', $29::text, 'at', $30::text), jsonb_build_object('method', f.method::text, 'at', $31::text)), $32, $33,
      $34::timestamptz, CASE WHEN ($35::text) = 'signed_in' THEN $36::timestamptz END, $37::timestamptz,
      CASE WHEN ($38::text) = 'signed_in' THEN $39::timestamptz ELSE $40::timestamptz END, $41,
      $42::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $43::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $44::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent AS (
      UPDATE backup_codes b SET used_at = $45::timestamptz FROM backup_code l, verdict v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $46::bigint, $47::timestamptz, $48, v.outcome, $49, v.account_id, v.session_id, v.attempt_id,
      $50, $51, $52, CASE WHEN (v.outcome = ANY($53::text[]) OR (v.account_id IS NULL AND $54::text <> 'cli')) THEN md5(concat_ws(' ', $55::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $10::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($11::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($13::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $14::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $15 AND a.status = 'open' AND a.expires_at > $16::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $17::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $21::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $22::timestamptz DESC,
            l.client_address = $23, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $24::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $25::int ELSE $26::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $27::bigint, f.account_id, $28, $29::text, $30, jsonb_build_array(jsonb_build_object('method', $31::text, 'at', $32::text), jsonb_build_object('method', f.method::text, 'at', $33::text)), $34, $35,
      $36::timestamptz, CASE WHEN ($37::text) = 'signed_in' THEN $38::timestamptz END, $39::timestamptz,
      CASE WHEN ($40::text) = 'signed_in' THEN $41::timestamptz ELSE $42::timestamptz END, $43,
      $44::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $45::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $46::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $47::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $48::bigint, $49::timestamptz, $50, v.outcome, $51, v.account_id, v.session_id, v.attempt_id,
      $52, $53, $54, CASE WHEN (v.outcome = ANY($55::text[]) OR (v.account_id IS NULL AND $56::text <> 'cli')) THEN md5(concat_ws(' ', $57::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $14::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $15::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $16::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($18::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($19::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $20::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $21 AND a.status = 'open' AND a.expires_at > $22::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $23::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $24::timestamptz THEN 'expired'
        WHEN t.kind <> $25 THEN 'other_kind' WHEN b.spent >= $26::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $27, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $28::text),
        signed_in_at = $29::timestamptz, expires_at = $30::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $31::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $32::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $33::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $34::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($35::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $36::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $37 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $38 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[]) OR (v.account_id IS NULL AND $47::text <> 'cli')) THEN md5(concat_ws(' ', $48::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $10::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($11::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($13::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $14::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $15 AND a.status = 'open' AND a.expires_at > $16::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $17::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $21::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $22::timestamptz DESC,
            l.client_address = $23, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $24::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $25::int ELSE $26::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $27::bigint, f.account_id, $28, $29::text, $30, jsonb_build_array(jsonb_build_object('method', $31::text, 'at', $32::text), jsonb_build_object('method', f.method::text, 'at', $33::text)), $34, $35,
      $36::timestamptz, CASE WHEN ($37::text) = 'signed_in' THEN $38::timestamptz END, $39::timestamptz,
      CASE WHEN ($40::text) = 'signed_in' THEN $41::timestamptz ELSE $42::timestamptz END, $43,
      $44::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $45::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $46::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $47::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
codeless AS (
      SELECT f.account_id FROM accepted f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
backup_codes_dropped AS (DELETE FROM backup_codes b USING codeless f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $48::timestamptz
          FROM codeless f, unnest($49::text[], $50::text[]) AS h (hash, sealed)
          WHERE f.account_id = $51::bigint RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $52::bigint, $53::timestamptz, $54, v.outcome, $55, v.account_id, v.session_id, v.attempt_id,
      $56, $57, $58, CASE WHEN (v.outcome = ANY($59::text[]) OR (v.account_id IS NULL AND $60::text <> 'cli')) THEN md5(concat_ws(' ', $61::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $14::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $15::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN candidate f USING (account_id)
      WHERE t.secret_sealed = $16::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($18::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($19::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $20::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $21 AND a.status = 'open' AND a.expires_at > $22::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $23::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $24::timestamptz THEN 'expired'
        WHEN t.kind <> $25 THEN 'other_kind' WHEN b.spent >= $26::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoting AS (
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $27, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $28::text),
        signed_in_at = $29::timestamptz, expires_at = $30::timestamptz
      FROM promoting v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN promoted s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $31::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $32::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $33::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $34::timestamptz
      FROM proven f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($35::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $36::timestamptz, end_reason = 'superseded' FROM proven f
    WHERE s.account_id = f.account_id AND s.protocol = $37 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $38 AND s.id NOT IN (SELECT session_id FROM pending) RETURNING s.id),
codeless AS (
      SELECT f.account_id FROM accepted f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
backup_codes_dropped AS (DELETE FROM backup_codes b USING codeless f WHERE b.account_id = f.account_id RETURNING b.account_id),
backup_codes_issued AS (
          INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at)
          SELECT f.account_id, h.hash, h.sealed, $39::timestamptz
          FROM codeless f, unnest($40::text[], $41::text[]) AS h (hash, sealed)
          WHERE f.account_id = $42::bigint RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceDecision.decide

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $8 AND a.session_id IS NULL AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $14::bigint AND code_hash = ANY($15::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $16::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $17 AND a.status = 'open' AND a.expires_at > $18::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $19::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $20::timestamptz THEN 'expired'
        WHEN t.kind <> $21 THEN 'other_kind' WHEN b.spent >= $22::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $23::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $24::timestamptz DESC,
            l.client_address = $25, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $26::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $27::int ELSE $28::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $29::bigint, f.account_id, $30, $31::text, $32, jsonb_build_array(jsonb_build_object('method', $33::text, 'at', $34::text), jsonb_build_object('method', f.method::text, 'at', $35::text)), $36, $37,
      $38::timestamptz, CASE WHEN ($39::text) = 'signed_in' THEN $40::timestamptz END, $41::timestamptz,
      CASE WHEN ($42::text) = 'signed_in' THEN $43::timestamptz ELSE $44::timestamptz END, $45,
      $46::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
decided AS (
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $47::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $48::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent AS (
      UPDATE backup_codes b SET used_at = $49::timestamptz FROM backup_code l, verdict v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($50::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $51::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($52::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $53::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $54 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $55  RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $56::bigint, $57::timestamptz, $58, v.outcome, $59, v.account_id, v.session_id, v.attempt_id,
      $60, $61, $62, CASE WHEN (v.outcome = ANY($63::text[]) OR (v.account_id IS NULL AND $64::text <> 'cli')) THEN md5(concat_ws(' ', $65::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM decided v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM decided) AS outcome, (SELECT session_id FROM decided) AS session_id, (SELECT expires_at FROM target) AS expires_at, (SELECT refills_at FROM budget) AS refills_at;

-- DocspaceIdentity.prove

WITH identity AS (SELECT account_id FROM external_identities WHERE issuer = $1 AND subject = $2),
owner AS (
      SELECT account_id, true AS linked FROM identity
      UNION ALL
      (SELECT id, false FROM accounts
      WHERE false AND activated_at IS NOT NULL AND NOT EXISTS (SELECT FROM identity)
      ))

      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, o.linked, NOT o.linked AND EXISTS (
        SELECT FROM external_identities i WHERE i.account_id = a.id AND i.issuer = $3) AS taken
      FROM accounts a JOIN owner o ON o.account_id = a.id;

-- DocspaceIdentity.prove

WITH identity AS (SELECT account_id FROM external_identities WHERE issuer = $1 AND subject = $2),
owner AS (
      SELECT account_id, true AS linked FROM identity
      UNION ALL
      (SELECT id, false FROM accounts
      WHERE accounts.email = $3 AND activated_at IS NOT NULL AND NOT EXISTS (SELECT FROM identity)
      ))

      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, o.linked, NOT o.linked AND EXISTS (
        SELECT FROM external_identities i WHERE i.account_id = a.id AND i.issuer = $4) AS taken
      FROM accounts a JOIN owner o ON o.account_id = a.id;

-- DocspaceIdentity.prove

WITH identity AS (SELECT account_id FROM external_identities WHERE issuer = $1 AND subject = $2),
owner AS (
      SELECT account_id, true AS linked FROM identity
      UNION ALL
      (SELECT id, false FROM accounts
      WHERE accounts.email = ANY($3::text[]) AND activated_at IS NOT NULL AND NOT EXISTS (SELECT FROM identity)
      ORDER BY array_position($4::text[], email) LIMIT 1))

      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, o.linked, NOT o.linked AND EXISTS (
        SELECT FROM external_identities i WHERE i.account_id = a.id AND i.issuer = $5) AS taken
      FROM accounts a JOIN owner o ON o.account_id = a.id;

-- DocspaceKeyCheck.find

WITH pending_state AS (
    SELECT s.account_id, CASE WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
      WHEN s.expires_at <= $1::timestamptz THEN 'expired' ELSE 'open' END AS state
    FROM sessions s WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = 'pending'),
link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $4::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($6::text[]) AND a.purpose = ANY($7::text[])),
shown AS (
        SELECT account_id, state, false AS mailed FROM pending_state UNION ALL SELECT account_id, state, true FROM link_state),
with_set_up AS (
    SELECT f.*, a.uuid, a.email, coalesce(a.email, a.username, a.phone) AS label, a.second_factor, CASE a.second_factor
      WHEN 'sms' THEN a.phone IS NOT NULL
      WHEN 'totp' THEN EXISTS (SELECT FROM totp_factors t WHERE t.account_id = a.id) ELSE true END AS is_set_up
    FROM shown f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL)
SELECT * FROM with_set_up;

-- DocspaceMailedKey.prove

WITH link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $1::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($2::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]))
SELECT f.*, a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.uuid, a.invited_at FROM link_state f JOIN accounts a ON a.id = f.account_id;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $26::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed AS (
      UPDATE accounts a SET activated_at = $7::timestamptz, updated_at = $8::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM held_link f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $9::bigint AND disabled_at IS NULL AND security_stamp = $10::int FOR NO KEY UPDATE),
held_link_2 AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held_2 f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($11::text[]) AND a.purpose = ANY($12::text[]) AND a.protocol = $13
        AND a.status = 'open' AND a.expires_at > $14::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed_before AS (
    SELECT f.account_id, f.security_stamp FROM held_link_2 f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL),
taken AS (SELECT * FROM invited_owner UNION ALL SELECT * FROM claimed_before),
surplus AS (
    UPDATE sessions SET ended_at = $15::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $16::timestamptz DESC,
            l.client_address = $17, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $18::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN taken f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $19::int ELSE $20::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $21::bigint, f.account_id, $22, $23::text, $24, jsonb_build_array(jsonb_build_object('method', $25::text, 'at', $26::text)), $27, $28,
      $29::timestamptz, CASE WHEN ($30::text) = 'signed_in' THEN $31::timestamptz END, $32::timestamptz,
      CASE WHEN ($33::text) = 'signed_in' THEN $34::timestamptz ELSE $35::timestamptz END, $36,
      $37::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM taken f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $38::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
ended AS (
      UPDATE sessions s SET ended_at = $39::timestamptz, end_reason = $40 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($41::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $42::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($43::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $44::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $45 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $46  RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $47::bigint, $48::timestamptz, $49, v.outcome, $50, v.account_id, v.session_id, v.attempt_id,
      $51, $52, $53, CASE WHEN (v.outcome = ANY($54::text[]) OR (v.account_id IS NULL AND $55::text <> 'cli')) THEN md5(concat_ws(' ', $56::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed AS (
      UPDATE accounts a SET activated_at = $7::timestamptz, updated_at = $8::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM held_link f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $9::bigint AND disabled_at IS NULL AND security_stamp = $10::int FOR NO KEY UPDATE),
held_link_2 AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held_2 f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($11::text[]) AND a.purpose = ANY($12::text[]) AND a.protocol = $13
        AND a.status = 'open' AND a.expires_at > $14::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed_before AS (
    SELECT f.account_id, f.security_stamp FROM held_link_2 f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL),
taken AS (SELECT * FROM invited_owner UNION ALL SELECT * FROM claimed_before),
surplus AS (
    UPDATE sessions SET ended_at = $15::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $16::timestamptz DESC,
            l.client_address = $17, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $18::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN taken f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $19::int ELSE $20::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $21::bigint, f.account_id, $22, $23::text, $24, jsonb_build_array(jsonb_build_object('method', $25::text, 'at', $26::text)), $27, $28,
      $29::timestamptz, CASE WHEN ($30::text) = 'signed_in' THEN $31::timestamptz END, $32::timestamptz,
      CASE WHEN ($33::text) = 'signed_in' THEN $34::timestamptz ELSE $35::timestamptz END, $36,
      $37::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM taken f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $38::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $39, $40, $41, $42::text[], $43::timestamptz, $44::timestamptz FROM taken f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $45::timestamptz, end_reason = $46 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM invited_owner f
    WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.secret_hash = ANY($47::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $48::bigint, $49::timestamptz, $50, v.outcome, $51, v.account_id, v.session_id, v.attempt_id,
      $52, $53, $54, CASE WHEN (v.outcome = ANY($55::text[]) OR (v.account_id IS NULL AND $56::text <> 'cli')) THEN md5(concat_ws(' ', $57::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $5 AND a.session_id IS NULL AND a.kind = $6 AND a.method = $7 AND a.purpose = $8
      AND ((a.status = 'open' AND a.expires_at > $9::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($10::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $11::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $12::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $13::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $14::timestamptz DESC,
            l.client_address = $15, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $16::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $17::int ELSE $18::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $19::bigint, f.account_id, $20, $21::text, $22, jsonb_build_array(jsonb_build_object('method', $23::text, 'at', $24::text)), $25, $26,
      $27::timestamptz, CASE WHEN ($28::text) = 'signed_in' THEN $29::timestamptz END, $30::timestamptz,
      CASE WHEN ($31::text) = 'signed_in' THEN $32::timestamptz ELSE $33::timestamptz END, $34,
      $35::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $36::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $37::timestamptz,
      status = CASE WHEN a.expires_at <= $38::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $39 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND (a.status = 'open' AND a.expires_at > $43::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($44::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($59::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $60::bigint, $61::bigint, r.account_id, $62,
      $63, r.address, r.language, $64, $65::timestamptz, $66::timestamptz,
      $67::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $68::bigint, $69::timestamptz, $70, v.outcome, $71, v.account_id, v.session_id, v.attempt_id,
      $72, $73, $74, CASE WHEN (v.outcome = ANY($75::text[]) OR (v.account_id IS NULL AND $76::text <> 'cli')) THEN md5(concat_ws(' ', $77::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $3 AND a.session_id IS NULL AND a.kind = $4 AND a.method = $5 AND a.purpose = $6
      AND ((a.status = 'open' AND a.expires_at > $7::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $9::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $10::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $11::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $12::timestamptz DESC,
            l.client_address = $13, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $14::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $15::int ELSE $16::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $17::bigint, f.account_id, $18, $19::text, $20, jsonb_build_array(jsonb_build_object('method', $21::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz END, $28::timestamptz,
      CASE WHEN ($29::text) = 'signed_in' THEN $30::timestamptz ELSE $31::timestamptz END, $32,
      $33::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $34::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $35::timestamptz,
      status = CASE WHEN a.expires_at <= $36::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $37 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $38 AND a.session_id IS NULL AND a.kind = $39 AND a.method = $40 AND (a.status = 'open' AND a.expires_at > $41::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($42::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($57::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $58::bigint, $59::bigint, r.account_id, $60,
      $61, r.address, r.language, $62, $63::timestamptz, $64::timestamptz,
      $65::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($66::text[])
        ORDER BY array_position($67::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $68::bigint, $69::timestamptz, $70, v.outcome, $71, v.account_id, v.session_id, v.attempt_id,
      $72, $73, $74, CASE WHEN (v.outcome = ANY($75::text[]) OR (v.account_id IS NULL AND $76::text <> 'cli')) THEN md5(concat_ws(' ', $77::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $3 AND a.session_id IS NULL AND a.kind = $4 AND a.method = $5 AND a.purpose = $6
      AND ((a.status = 'open' AND a.expires_at > $7::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $9::timestamptz) ORDER BY a.id DESC LIMIT 1),
code_life AS (
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT $10::timestamptz WHERE NOT EXISTS (SELECT FROM standing)),
surplus AS (
    UPDATE sessions SET ended_at = $11::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $12::timestamptz DESC,
            l.client_address = $13, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $14::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $15::int ELSE $16::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $17::bigint, f.account_id, $18, $19::text, $20, jsonb_build_array(jsonb_build_object('method', $21::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz END, $28::timestamptz,
      CASE WHEN ($29::text) = 'signed_in' THEN $30::timestamptz ELSE $31::timestamptz END, $32,
      $33::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $34::bigint AS attempt_id,
      (SELECT expires_at FROM code_life) AS code_expires_at FROM session),
closed AS (
    UPDATE attempts a SET closed_at = $35::timestamptz,
      status = CASE WHEN a.expires_at <= $36::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $37 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $38 AND a.session_id IS NULL AND a.kind = $39 AND a.method = $40 AND (a.status = 'open' AND a.expires_at > $41::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($42::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($57::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $58::bigint, $59::bigint, r.account_id, $60,
      $61, r.address, r.language, $62, $63::timestamptz, $64::timestamptz,
      $65::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($66::text[])
        ORDER BY array_position($67::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $68::bigint, $69::timestamptz, $70, v.outcome, $71, v.account_id, v.session_id, v.attempt_id,
      $72, $73, $74, CASE WHEN (v.outcome = ANY($75::text[]) OR (v.account_id IS NULL AND $76::text <> 'cli')) THEN md5(concat_ws(' ', $77::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
surplus AS (
    UPDATE sessions SET ended_at = $5::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $6::timestamptz DESC,
            l.client_address = $7, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $8::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $9::int ELSE $10::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $11::bigint, f.account_id, $12, $13::text, $14, jsonb_build_array(jsonb_build_object('method', $15::text, 'at', $16::text)), $17, $18,
      $19::timestamptz, CASE WHEN ($20::text) = 'signed_in' THEN $21::timestamptz END, $22::timestamptz,
      CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz ELSE $25::timestamptz END, $26,
      $27::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $28::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[]) OR (v.account_id IS NULL AND $37::text <> 'cli')) THEN md5(concat_ws(' ', $38::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $26::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($27::text[])
        ORDER BY array_position($28::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[]) OR (v.account_id IS NULL AND $37::text <> 'cli')) THEN md5(concat_ws(' ', $38::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
surplus AS (
    UPDATE sessions SET ended_at = $7::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $8::timestamptz DESC,
            l.client_address = $9, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $10::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held_link f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $11::int ELSE $12::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $13::bigint, f.account_id, $14, $15::text, $16, jsonb_build_array(jsonb_build_object('method', $17::text, 'at', $18::text)), $19, $20,
      $21::timestamptz, CASE WHEN ($22::text) = 'signed_in' THEN $23::timestamptz END, $24::timestamptz,
      CASE WHEN ($25::text) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held_link f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $30::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $31::bigint, $32::timestamptz, $33, v.outcome, $34, v.account_id, v.session_id, v.attempt_id,
      $35, $36, $37, CASE WHEN (v.outcome = ANY($38::text[]) OR (v.account_id IS NULL AND $39::text <> 'cli')) THEN md5(concat_ws(' ', $40::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
held AS (
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN held_2 f USING (account_id)
    WHERE i.issuer = $3 AND i.subject = $4 FOR SHARE OF i),
surplus AS (
    UPDATE sessions SET ended_at = $5::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $6::timestamptz DESC,
            l.client_address = $7, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $8::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $9::int ELSE $10::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $11::bigint, f.account_id, $12, $13::text, $14, jsonb_build_array(jsonb_build_object('method', $15::text, 'at', $16::text)), $17, $18,
      $19::timestamptz, CASE WHEN ($20::text) = 'signed_in' THEN $21::timestamptz END, $22::timestamptz,
      CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz ELSE $25::timestamptz END, $26,
      $27::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $28::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $29, $30, $31, $32::text[], $33::timestamptz, $34::timestamptz FROM held f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $26::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $27, $28, $29, $30::text[], $31::timestamptz, $32::timestamptz FROM held f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($33::text[])
        ORDER BY array_position($34::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
surplus AS (
    UPDATE sessions SET ended_at = $7::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $8::timestamptz DESC,
            l.client_address = $9, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $10::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held_link f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $11::int ELSE $12::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $13::bigint, f.account_id, $14, $15::text, $16, jsonb_build_array(jsonb_build_object('method', $17::text, 'at', $18::text)), $19, $20,
      $21::timestamptz, CASE WHEN ($22::text) = 'signed_in' THEN $23::timestamptz END, $24::timestamptz,
      CASE WHEN ($25::text) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held_link f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $30::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $31, $32, $33, $34::text[], $35::timestamptz, $36::timestamptz FROM held_link f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[]) OR (v.account_id IS NULL AND $45::text <> 'cli')) THEN md5(concat_ws(' ', $46::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
surplus AS (
    UPDATE sessions SET ended_at = $7::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $8::timestamptz DESC,
            l.client_address = $9, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $10::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held_link f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $11::int ELSE $12::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $13::bigint, f.account_id, $14, $15::text, $16, jsonb_build_array(jsonb_build_object('method', $17::text, 'at', $18::text)), $19, $20,
      $21::timestamptz, CASE WHEN ($22::text) = 'signed_in' THEN $23::timestamptz END, $24::timestamptz,
      CASE WHEN ($25::text) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held_link f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $30::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN (a.kind = 'link' AND a.secret_hash = ANY($31::text[])) THEN 'consumed' ELSE 'superseded' END, closed_at = $32::timestamptz
      FROM session f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($33::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $34::timestamptz, end_reason = 'superseded' FROM session f
    WHERE s.account_id = f.account_id AND s.protocol = $35 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $36  RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $37::bigint, $38::timestamptz, $39, v.outcome, $40, v.account_id, v.session_id, v.attempt_id,
      $41, $42, $43, CASE WHEN (v.outcome = ANY($44::text[]) OR (v.account_id IS NULL AND $45::text <> 'cli')) THEN md5(concat_ws(' ', $46::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $3, $4, f.account_id, $5, $6::timestamptz FROM held f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
admitted AS (SELECT f.* FROM held f JOIN linked l ON l.account_id = f.account_id),
surplus AS (
    UPDATE sessions SET ended_at = $7::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $8::timestamptz DESC,
            l.client_address = $9, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $10::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN admitted f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $11::int ELSE $12::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $13::bigint, f.account_id, $14, $15::text, $16, jsonb_build_array(jsonb_build_object('method', $17::text, 'at', $18::text)), $19, $20,
      $21::timestamptz, CASE WHEN ($22::text) = 'signed_in' THEN $23::timestamptz END, $24::timestamptz,
      CASE WHEN ($25::text) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM admitted f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
opened AS (
    SELECT 'accepted' AS outcome, account_id, session_id, $30::bigint AS attempt_id,
      NULL::timestamptz AS code_expires_at FROM session),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34, r.address, r.language, $35, $36::timestamptz, $37::timestamptz,
      $38::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $39::bigint, $40::bigint, r.account_id, $41,
      $42, r.address, r.language, $43, $44::timestamptz, $45::timestamptz,
      $46::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $47::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM news),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $48::bigint, $49::timestamptz, $50, v.outcome, $51, v.account_id, v.session_id, v.attempt_id,
      $52, $53, $54, CASE WHEN (v.outcome = ANY($55::text[]) OR (v.account_id IS NULL AND $56::text <> 'cli')) THEN md5(concat_ws(' ', $57::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $58::bigint, $59::timestamptz, $60, v.outcome, $61, v.account_id, v.session_id, v.attempt_id,
      $62, $63, $64, CASE WHEN (v.outcome = ANY($65::text[]) OR (v.account_id IS NULL AND $66::text <> 'cli')) THEN md5(concat_ws(' ', $67::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM opened v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM opened;

-- DocspaceSignInService.signIn

UPDATE accounts SET language = $1, updated_at = $2::timestamptz
    WHERE id = $3::bigint AND language <> $4;

-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN fresh f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $31::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $32::bigint, $33::timestamptz, $34, v.outcome, $35, v.account_id, v.session_id, v.attempt_id,
      $36, $37, $38, CASE WHEN (v.outcome = ANY($39::text[]) OR (v.account_id IS NULL AND $40::text <> 'cli')) THEN md5(concat_ws(' ', $41::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN fresh f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $31::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $32, $33, $34, $35::text[], $36::timestamptz, $37::timestamptz FROM fresh f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $38::bigint, $39::timestamptz, $40, v.outcome, $41, v.account_id, v.session_id, v.attempt_id,
      $42, $43, $44, CASE WHEN (v.outcome = ANY($45::text[]) OR (v.account_id IS NULL AND $46::text <> 'cli')) THEN md5(concat_ws(' ', $47::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN fresh f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $31::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM fresh),
closed AS (
    UPDATE attempts a SET closed_at = $32::timestamptz,
      status = CASE WHEN a.expires_at <= $33::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $34 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $35 AND a.session_id IS NULL AND a.kind = $36 AND a.method = $37 AND (a.status = 'open' AND a.expires_at > $38::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($39::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND a.purpose = $43
      AND ((a.status = 'open' AND a.expires_at > $44::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($45::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $46::timestamptz) ORDER BY a.id DESC LIMIT 1),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $47::bigint, $48, $49, $50, $51, $52,
          f.subject, f.account_id, f.session_id, $53, $54,
          $55::smallint, $56::timestamptz, $57::timestamptz,
          $58::bigint, $59::bigint,
          $60::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.email IS NOT NULL),
addressee AS (SELECT address, coalesce($61::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $62::bigint, $63::bigint, r.account_id, $64,
      $65, r.address, r.language, $66, $67::timestamptz, $68::timestamptz,
      $69::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $70::bigint, $71::timestamptz, $72, v.outcome, $73, v.account_id, v.session_id, v.attempt_id,
      $74, $75, $76, CASE WHEN (v.outcome = ANY($77::text[]) OR (v.account_id IS NULL AND $78::text <> 'cli')) THEN md5(concat_ws(' ', $79::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- DocspaceStepKey.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
fresh AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN held f ON f.account_id = s.account_id
    WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) AND s.signed_in_at > $7::timestamptz FOR UPDATE OF s),
surplus AS (
    UPDATE sessions SET ended_at = $8::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $9::timestamptz DESC,
            l.client_address = $10, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $11::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN fresh f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $12::int ELSE $13::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $14::bigint, f.account_id, $15, $16::text, $17, jsonb_build_array(jsonb_build_object('method', $18::text, 'at', $19::text)), $20, $21,
      $22::timestamptz, CASE WHEN ($23::text) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN ($26::text) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM fresh f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $31::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM fresh),
closed AS (
    UPDATE attempts a SET closed_at = $32::timestamptz,
      status = CASE WHEN a.expires_at <= $33::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $34 AND a.session_id IS NULL AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $35 AND a.session_id IS NULL AND a.kind = $36 AND a.method = $37 AND (a.status = 'open' AND a.expires_at > $38::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($39::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))) AND a.status = 'open' RETURNING a.id),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $40 AND a.session_id IS NULL AND a.kind = $41 AND a.method = $42 AND a.purpose = $43
      AND ((a.status = 'open' AND a.expires_at > $44::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($45::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $46::timestamptz) ORDER BY a.id DESC LIMIT 1),
opening AS (SELECT c.* FROM candidate c CROSS JOIN (SELECT count(*) FROM closed) done WHERE NOT EXISTS (SELECT FROM standing)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $47::bigint, $48, $49, $50, $51, $52,
          f.subject, f.account_id, f.session_id, $53, $54,
          $55::smallint, $56::timestamptz, $57::timestamptz,
          $58::bigint, $59::bigint,
          $60::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN opening f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
addressee AS (SELECT address, coalesce($61::text, language) AS language, account_id FROM recipient),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $62::bigint, $63::bigint, r.account_id, $64,
      $65, r.address, r.language, $66, $67::timestamptz, $68::timestamptz,
      $69::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $70::bigint, $71::timestamptz, $72, v.outcome, $73, v.account_id, v.session_id, v.attempt_id,
      $74, $75, $76, CASE WHEN (v.outcome = ANY($77::text[]) OR (v.account_id IS NULL AND $78::text <> 'cli')) THEN md5(concat_ws(' ', $79::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- DocspaceStepView.find

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_set_up AS (
    SELECT f.*, a.uuid, a.email, coalesce(a.email, a.username, a.phone) AS label, a.second_factor, CASE a.second_factor
      WHEN 'sms' THEN a.phone IS NOT NULL
      WHEN 'totp' THEN EXISTS (SELECT FROM totp_factors t WHERE t.account_id = a.id) ELSE true END AS is_set_up
    FROM pending f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN pending f USING (account_id)
      WHERE u.expires_at > $5::timestamptz FOR UPDATE OF u),
view AS (
        SELECT p.account_id, p.label, p.second_factor, p.is_set_up, s.factor AS setup_factor, s.secret_sealed AS setup_secret
        FROM with_set_up p LEFT JOIN setup s USING (account_id))
SELECT * FROM view;

-- DocspaceTextService.waiting

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s)

    SELECT f.*, (a.second_factor = 'sms' AND a.phone IS NULL) AS waits FROM pending f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND ((a.second_factor = 'sms' AND a.phone IS NULL) OR NOT $5::boolean);

-- DocspaceTfaHolder.find

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.amr->0->>'method' AS method, s.signed_in_at
    FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
known AS (SELECT f.*, a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.uuid, a.invited_at FROM session f JOIN accounts a ON a.id = f.account_id)
SELECT * FROM known;

-- FactorCodeService.send

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_factor AS (
    SELECT f.session_id::text AS session_id, a.id::text AS account_id, a.second_factor,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = a.id) AS totp_secret
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL)
SELECT * FROM with_factor;

-- FactorConfirmService.confirm

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id, a.security_stamp FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL AND a.security_stamp <= f.security_stamp FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM session) AND a.purpose = $8 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $9::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $10::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($13::text[]))) OR a.tries_left = 1 THEN $14::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $15 AND a.status = 'open' AND a.expires_at > $16::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $17::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN session f USING (account_id)
      WHERE u.expires_at > $21::timestamptz FOR UPDATE OF u),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $22::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $23::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $24::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $25::bigint, $26::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $27::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
marking AS (
        SELECT v.outcome, v.method, s.session_id, c.security_stamp
        FROM verdict v CROSS JOIN session s JOIN connected c ON c.account_id = s.account_id),
marked AS (
      UPDATE sessions s SET
    second_factor_at = $28::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $29::text), security_stamp = v.security_stamp FROM marking v
      WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id),
ended AS (
      UPDATE sessions s SET ended_at = $30::timestamptz, end_reason = $31 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM marking) AND NOT (s.stage = 'signed_in' AND s.amr @> $32::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM marking) AND (s.stage = 'signed_in' AND s.amr @> $33::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING connected f WHERE t.account_id = f.account_id RETURNING t.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $34::bigint, $35::bigint, r.account_id, $36,
      $37, r.address, r.language, $38, $39::timestamptz, $40::timestamptz,
      $41::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $42::bigint, $43::bigint, r.account_id, $44,
      $45, r.address, r.language, $46, $47::timestamptz, $48::timestamptz,
      $49::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $50::bigint, $51::timestamptz, $52, v.outcome, $53, v.account_id, v.session_id, v.attempt_id,
      $54, $55, $56, CASE WHEN (v.outcome = ANY($57::text[]) OR (v.account_id IS NULL AND $58::text <> 'cli')) THEN md5(concat_ws(' ', $59::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM connected) AS connected;

-- FactorConfirmService.confirm

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id, a.security_stamp FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL AND a.security_stamp <= f.security_stamp FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.account_id = (SELECT account_id FROM session) AND a.purpose = $8 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $9::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $10::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN session f USING (account_id)
      WHERE u.expires_at > $11::timestamptz FOR UPDATE OF u),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($12::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $13::text
      AND phone IS NOT DISTINCT FROM $14::text)))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($15::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $16::text
      AND phone IS NOT DISTINCT FROM $17::text)))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ($18::boolean AND (EXISTS (SELECT FROM setup WHERE secret_sealed IS NOT DISTINCT FROM $19::text
      AND phone IS NOT DISTINCT FROM $20::text)))) OR a.tries_left = 1 THEN $21::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $22 AND a.status = 'open' AND a.expires_at > $23::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $24::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $25::timestamptz THEN 'expired'
        WHEN t.kind <> $26 THEN 'other_kind' WHEN b.spent >= $27::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
used_setup AS (
        DELETE FROM factor_setups u USING setup s, verdict v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes),
connected AS (
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, CASE WHEN c.factor = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = $28::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $29::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $30::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
authenticator AS (
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, $31::bigint, $32::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id),
shown_codes AS (SELECT account_id, backup_code_hashes FROM used_setup WHERE backup_code_hashes IS NOT NULL),
backup_codes_issued AS (
      INSERT INTO backup_codes (account_id, code_hash, created_at)
      SELECT s.account_id, h.hash, $33::timestamptz FROM shown_codes s, unnest(s.backup_code_hashes) AS h (hash)
      RETURNING account_id),
marking AS (
        SELECT v.outcome, v.method, s.session_id, c.security_stamp
        FROM verdict v CROSS JOIN session s JOIN connected c ON c.account_id = s.account_id),
marked AS (
      UPDATE sessions s SET
    second_factor_at = $34::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $35::text), security_stamp = v.security_stamp FROM marking v
      WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id),
ended AS (
      UPDATE sessions s SET ended_at = $36::timestamptz, end_reason = $37 FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM marking) AND NOT (s.stage = 'signed_in' AND s.amr @> $38::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM connected f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL AND s.id NOT IN (SELECT session_id FROM marking) AND (s.stage = 'signed_in' AND s.amr @> $39::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING connected f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $40::bigint, $41::bigint, r.account_id, $42,
      $43, r.address, r.language, $44, $45::timestamptz, $46::timestamptz,
      $47::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN connected f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $48::bigint, $49::bigint, r.account_id, $50,
      $51, r.address, r.language, $52, $53::timestamptz, $54::timestamptz,
      $55::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $56::bigint, $57::timestamptz, $58, v.outcome, $59, v.account_id, v.session_id, v.attempt_id,
      $60, $61, $62, CASE WHEN (v.outcome = ANY($63::text[]) OR (v.account_id IS NULL AND $64::text <> 'cli')) THEN md5(concat_ws(' ', $65::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM connected) AS connected;

-- FactorConfirmService.setup

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN session f USING (account_id)
      WHERE u.expires_at > $4::timestamptz FOR UPDATE OF u),
found AS (
        SELECT s.session_id, u.* FROM session s LEFT JOIN setup u ON true
        WHERE s.stage = 'signed_in')
SELECT * FROM found;

-- FactorRemovalService.disable

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR NO KEY UPDATE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
verdict AS (
        SELECT CASE WHEN a.session_id IS NULL THEN 'stale' ELSE 'disabled' END AS outcome, s.account_id, s.session_id,
          NULL::bigint AS attempt_id FROM session s LEFT JOIN fresh a ON true),
chosen AS (
      UPDATE accounts a SET second_factor = $10, phone = CASE WHEN $11 = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END, security_stamp = a.security_stamp + 1, updated_at = $12::timestamptz
      FROM fresh f WHERE a.id = f.account_id AND a.second_factor <> $13 RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $14::timestamptz, end_reason = $15 FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in') RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM chosen f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in') AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING chosen f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING chosen f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING chosen f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $16::bigint, $17::bigint, r.account_id, $18,
      $19, r.address, r.language, $20, $21::timestamptz, $22::timestamptz,
      $23::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN chosen f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $24::bigint, $25::bigint, r.account_id, $26,
      $27, r.address, r.language, $28, $29::timestamptz, $30::timestamptz,
      $31::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $32::bigint, $33::timestamptz, $34, v.outcome, $35, v.account_id, v.session_id, v.attempt_id,
      $36, $37, $38, CASE WHEN (v.outcome = ANY($39::text[]) OR (v.account_id IS NULL AND $40::text <> 'cli')) THEN md5(concat_ws(' ', $41::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- FactorSetups.holder

WITH session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $4::timestamptz
      ELSE $5::boolean OR s.signed_in_at > $6::timestamptz END),
with_holder AS (
    SELECT a.id AS account_id, coalesce(a.email, a.username, a.phone) AS label, a.activated_at IS NOT NULL AS proven
    FROM session s JOIN accounts a ON a.id = s.account_id),
asking AS (SELECT h.*, EXISTS (SELECT FROM fresh) AS fresh FROM with_holder h)
SELECT * FROM asking;

-- FactorSetups.run

WITH owner AS (SELECT s.account_id, s.security_stamp FROM sessions s WHERE s.id = $1::bigint AND s.protocol = $2 AND s.ended_at IS NULL
    AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
session AS (
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s JOIN account f ON f.account_id = s.account_id WHERE s.id = $4::bigint AND s.protocol = $5 AND s.ended_at IS NULL
    AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
signed_in AS (SELECT * FROM session WHERE stage = 'signed_in'),
fresh AS (
    SELECT s.*, a.second_factor FROM signed_in s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > $7::timestamptz
      ELSE $8::boolean OR s.signed_in_at > $9::timestamptz END),
verdict AS (SELECT $10::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM fresh),
set_up AS (
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, $11, $12, $13, $14::text[], $15::timestamptz, $16::timestamptz FROM fresh f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $17::bigint, $18, $19, $20, $21, $22,
          f.subject, f.account_id, f.session_id, $23, $24,
          $25::smallint, $26::timestamptz, $27::timestamptz,
          $28::bigint, $29::bigint,
          $30::bigint, coalesce(f.security_stamp, 0)
        FROM fresh f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $31::bigint, $32::timestamptz, $33, v.outcome, $34, v.account_id, v.session_id, v.attempt_id,
      $35, $36, $37, CASE WHEN (v.outcome = ANY($38::text[]) OR (v.account_id IS NULL AND $39::text <> 'cli')) THEN md5(concat_ws(' ', $40::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT EXISTS (SELECT FROM verdict) AS begun;

-- FirstFactor.refuse

INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $1::bigint, $2::timestamptz, $3, v.outcome, $4, v.account_id, v.session_id, v.attempt_id,
      $5, $6, $7, CASE WHEN true THEN md5(concat_ws(' ', $8::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM (SELECT $9::text AS outcome, $10::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id) v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id;

-- ForgotPasswordService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND activated_at IS NOT NULL  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $3 AND NOT (w.next_at <= $4::timestamptz AND (w.window_ends_at <= $5::timestamptz
      OR w.sent < coalesce($6::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $7::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $16::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $17, $18::timestamptz, 1, $19::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $20::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $21::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $22::timestamptz AND (w.window_ends_at <= $23::timestamptz
      OR w.sent < coalesce($24::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM subject s JOIN window_taken USING (subject)),
contact AS (
    SELECT a.id AS account_id, a.security_stamp, a.email, a.phone, a.language,
      CASE WHEN a.second_factor <> 'email' THEN 'email' WHEN a.phone_signs_in AND $25::boolean THEN 'sms' END AS way
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
opening AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $26
    WHERE $27 = coalesce((SELECT way FROM contact), 'email')),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $28::bigint, $29, $30, $31, $32, $33,
          f.subject, f.account_id, f.session_id, $34, $35,
          $36::smallint, $37::timestamptz, $38::timestamptz,
          $39::bigint, $40::bigint,
          $41::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
opening_2 AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $42
    WHERE $43 = coalesce((SELECT way FROM contact), 'email')),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $44::bigint, $45, $46, $47, $48, $49,
          f.subject, f.account_id, f.session_id, $50, $51,
          $52::smallint, $53::timestamptz, $54::timestamptz,
          $55::bigint, $56::bigint,
          $57::bigint, coalesce(f.security_stamp, 0)
        FROM opening_2 f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN o.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          o.id AS attempt_id
        FROM subject s LEFT JOIN (SELECT id FROM attempt UNION ALL SELECT id FROM attempt_2) o ON true),
refused_2 AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $58 AND NOT (w.next_at <= $59::timestamptz AND (w.window_ends_at <= $60::timestamptz
      OR w.sent < coalesce($61::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $62::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $63),
of_network_2 AS (SELECT (f.subject || ' from ' || $64::text) AS subject FROM subject f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $65 AND NOT (w.next_at <= $66::timestamptz AND (w.window_ends_at <= $67::timestamptz
      OR w.sent < coalesce($68::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $69::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $70),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
budget_row_2 AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt_2
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way = 'email'),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $71::bigint, $72::bigint, r.account_id, $73,
      $74, r.address, r.language, $75, $76::timestamptz, $77::timestamptz,
      $78::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.phone AS address, c.language, c.account_id FROM contact c WHERE way = 'sms'),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $79::bigint, $80::bigint, r.account_id, $81,
      $82, r.address, r.language, $83, $84::timestamptz, $85::timestamptz,
      $86::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way IS DISTINCT FROM 'email'),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $87::bigint, $88::bigint, r.account_id, $89,
      $90, r.address, r.language, $91, $92::timestamptz, $93::timestamptz,
      $94::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $95::bigint, $96::timestamptz, $97, v.outcome, $98, v.account_id, v.session_id, v.attempt_id,
      $99, $100, $101, CASE WHEN (v.outcome = ANY($102::text[]) OR (v.account_id IS NULL AND $103::text <> 'cli')) THEN md5(concat_ws(' ', $104::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- ForgotPasswordService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = ANY($1::text[]) AND disabled_at IS NULL AND activated_at IS NOT NULL ORDER BY array_position($2::text[], email) LIMIT 1 FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $3::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $4 AND NOT (w.next_at <= $5::timestamptz AND (w.window_ends_at <= $6::timestamptz
      OR w.sent < coalesce($7::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $8::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $9, $10::timestamptz, 1, $11::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $12::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $13::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $17::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $18, $19::timestamptz, 1, $20::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $21::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $22::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $23::timestamptz AND (w.window_ends_at <= $24::timestamptz
      OR w.sent < coalesce($25::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM subject s JOIN window_taken USING (subject)),
contact AS (
    SELECT a.id AS account_id, a.security_stamp, a.email, a.phone, a.language,
      CASE WHEN a.second_factor <> 'email' THEN 'email' WHEN a.phone_signs_in AND $26::boolean THEN 'sms' END AS way
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
opening AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $27
    WHERE $28 = coalesce((SELECT way FROM contact), 'email')),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
opening_2 AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $43
    WHERE $44 = coalesce((SELECT way FROM contact), 'email')),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening_2 f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN o.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          o.id AS attempt_id
        FROM subject s LEFT JOIN (SELECT id FROM attempt UNION ALL SELECT id FROM attempt_2) o ON true),
refused_2 AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $59 AND NOT (w.next_at <= $60::timestamptz AND (w.window_ends_at <= $61::timestamptz
      OR w.sent < coalesce($62::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $63::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $64),
of_network_2 AS (SELECT (f.subject || ' from ' || $65::text) AS subject FROM subject f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $66 AND NOT (w.next_at <= $67::timestamptz AND (w.window_ends_at <= $68::timestamptz
      OR w.sent < coalesce($69::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $71),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
budget_row_2 AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt_2
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way = 'email'),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $72::bigint, $73::bigint, r.account_id, $74,
      $75, r.address, r.language, $76, $77::timestamptz, $78::timestamptz,
      $79::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.phone AS address, c.language, c.account_id FROM contact c WHERE way = 'sms'),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $80::bigint, $81::bigint, r.account_id, $82,
      $83, r.address, r.language, $84, $85::timestamptz, $86::timestamptz,
      $87::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way IS DISTINCT FROM 'email'),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $88::bigint, $89::bigint, r.account_id, $90,
      $91, r.address, r.language, $92, $93::timestamptz, $94::timestamptz,
      $95::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $96::bigint, $97::timestamptz, $98, v.outcome, $99, v.account_id, v.session_id, v.attempt_id,
      $100, $101, $102, CASE WHEN (v.outcome = ANY($103::text[]) OR (v.account_id IS NULL AND $104::text <> 'cli')) THEN md5(concat_ws(' ', $105::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
account_2 AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account_2)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM allowed) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($14::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($15::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($16::text[]))) OR a.tries_left = 1 THEN $17::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $18 AND a.status = 'open' AND a.expires_at > $19::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $20::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $21::timestamptz THEN 'expired'
        WHEN t.kind <> $22 THEN 'other_kind' WHEN b.spent >= $23::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_2 AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
proven AS (
      UPDATE sessions s SET stage = 'signed_in', signed_in_at = $24::timestamptz,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $25::text),
        expires_at = $26::timestamptz
      FROM proven_2 v WHERE v.outcome = 'redeemed' AND s.id = v.session_id
      RETURNING s.id AS session_id, s.account_id, s.stage),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $27::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $28::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $29, previous_token_hash = b.token_hash,
        rotated_at = $30::timestamptz, expires_at = $31::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $32::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $33::bigint, $34::timestamptz, $35, v.outcome, $36, v.account_id, v.session_id, v.attempt_id,
      $37, $38, $39, CASE WHEN (v.outcome = ANY($40::text[]) OR (v.account_id IS NULL AND $41::text <> 'cli')) THEN md5(concat_ws(' ', $42::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
account_2 AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account_2)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM allowed) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $14::bigint AND code_hash = ANY($15::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $16::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $17 AND a.status = 'open' AND a.expires_at > $18::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $19::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $20::timestamptz THEN 'expired'
        WHEN t.kind <> $21 THEN 'other_kind' WHEN b.spent >= $22::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_2 AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
proven AS (
      UPDATE sessions s SET stage = 'signed_in', signed_in_at = $23::timestamptz,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $24::text),
        expires_at = $25::timestamptz
      FROM proven_2 v WHERE v.outcome = 'redeemed' AND s.id = v.session_id
      RETURNING s.id AS session_id, s.account_id, s.stage),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $26::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $27::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $28, previous_token_hash = b.token_hash,
        rotated_at = $29::timestamptz, expires_at = $30::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $31::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $32::bigint, $33::timestamptz, $34, v.outcome, $35, v.account_id, v.session_id, v.attempt_id,
      $36, $37, $38, CASE WHEN (v.outcome = ANY($39::text[]) OR (v.account_id IS NULL AND $40::text <> 'cli')) THEN md5(concat_ws(' ', $41::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
spent AS (
      UPDATE backup_codes b SET used_at = $42::timestamptz FROM backup_code l, verdict v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
account_2 AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account_2)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM allowed) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN allowed f USING (account_id)
      WHERE t.secret_sealed = $14::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($16::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $21::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $22::timestamptz THEN 'expired'
        WHEN t.kind <> $23 THEN 'other_kind' WHEN b.spent >= $24::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_2 AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
proven AS (
      UPDATE sessions s SET stage = 'signed_in', signed_in_at = $25::timestamptz,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $26::text),
        expires_at = $27::timestamptz
      FROM proven_2 v WHERE v.outcome = 'redeemed' AND s.id = v.session_id
      RETURNING s.id AS session_id, s.account_id, s.stage),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $28::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $29::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $30, previous_token_hash = b.token_hash,
        rotated_at = $31::timestamptz, expires_at = $32::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $33::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $34::bigint, $35::timestamptz, $36, v.outcome, $37, v.account_id, v.session_id, v.attempt_id,
      $38, $39, $40, CASE WHEN (v.outcome = ANY($41::text[]) OR (v.account_id IS NULL AND $42::text <> 'cli')) THEN md5(concat_ws(' ', $43::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
accepted AS (
      UPDATE totp_factors t SET last_step = $44::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($6::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.browser_attempt_id = (SELECT id FROM allowed) AND a.session_id IS NULL AND a.kind = 'code' AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $17::timestamptz THEN 'expired'
        WHEN t.kind <> $18 THEN 'other_kind' WHEN b.spent >= $19::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_in_browser AS (
    SELECT v.account_id, v.security_stamp, v.method, a.browser_session_id, a.browser_attempt_id
    FROM verdict v JOIN attempts a ON a.id = v.attempt_id
    WHERE v.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL),
entering AS (
    SELECT f.*, a.second_factor FROM proven_in_browser f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND a.second_factor <> f.method),
surplus AS (
    UPDATE sessions SET ended_at = $20::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $21::timestamptz DESC,
            l.client_address = $22, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $23::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN entering f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $24::int ELSE $25::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $26::bigint, f.account_id, $27, CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END, $28, jsonb_build_array(jsonb_build_object('method', f.method::text, 'at', $29::text)), $30, $31,
      $32::timestamptz, CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $33::timestamptz END, $34::timestamptz,
      CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $35::timestamptz ELSE $36::timestamptz END, $37,
      $38::timestamptz, f.browser_session_id, f.browser_attempt_id, f.security_stamp
    FROM entering f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $39::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $40::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $41, previous_token_hash = b.token_hash,
        rotated_at = $42::timestamptz, expires_at = $43::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM session p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $44::timestamptz, end_reason = 'replaced' FROM session p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $45::bigint, $46::timestamptz, $47, v.outcome, $48, v.account_id, v.session_id, v.attempt_id,
      $49, $50, $51, CASE WHEN (v.outcome = ANY($52::text[]) OR (v.account_id IS NULL AND $53::text <> 'cli')) THEN md5(concat_ws(' ', $54::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM session) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($6::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.browser_attempt_id = (SELECT id FROM allowed) AND a.session_id IS NULL AND a.kind = 'code' AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR a.tries_left >= $17::int)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
sign_up AS (
      SELECT u.*, v.method, (u.email IS NULL OR u.email_proven_at IS NOT NULL OR v.method = 'email')
        AND (u.phone IS NULL OR u.phone_proven_at IS NOT NULL OR v.method = 'sms') AS complete
      FROM sign_ups u JOIN flow f ON f.id = u.id CROSS JOIN verdict v WHERE v.outcome = 'redeemed'),
removed AS (
      DELETE FROM accounts a USING sign_up s
      WHERE s.complete AND a.activated_at IS NULL AND a.invited_at IS NULL AND (a.email = $21 OR a.phone = s.phone)
      RETURNING a.id),
account_2 AS (
      INSERT INTO accounts (id, email, username, phone, phone_signs_in, first_name, last_name, password_hash, language, activated_at,
        created_at, updated_at)
      SELECT $22::bigint, $23::text, s.username, s.phone, s.phone IS NOT NULL, s.first_name, s.last_name, s.password_hash, s.language,
        $24::timestamptz, $25::timestamptz, $26::timestamptz
      FROM sign_up s CROSS JOIN (SELECT count(*) FROM removed) done WHERE s.complete RETURNING id AS account_id, security_stamp),
surplus AS (
    UPDATE sessions SET ended_at = $27::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $28::timestamptz DESC,
            l.client_address = $29, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $30::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN account_2 f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $31::int ELSE $32::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $33::bigint, f.account_id, $34, $35::text, $36, jsonb_build_array(jsonb_build_object('method', $37::text, 'at', $38::text)), $39, $40,
      $41::timestamptz, CASE WHEN ($42::text) = 'signed_in' THEN $43::timestamptz END, $44::timestamptz,
      CASE WHEN ($45::text) = 'signed_in' THEN $46::timestamptz ELSE $47::timestamptz END, $48,
      $49::timestamptz, b.browser_session_id, $50::bigint, f.security_stamp
    FROM account_2 f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
proven AS (
        SELECT session_id, account_id, stage FROM session
        UNION ALL SELECT NULL, NULL, 'pending' FROM sign_up WHERE NOT complete),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $51::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $52::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $53, previous_token_hash = b.token_hash,
        rotated_at = $54::timestamptz, expires_at = $55::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $56::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $57::bigint, $58::timestamptz, $59, v.outcome, $60, v.account_id, v.session_id, v.attempt_id,
      $61, $62, $63, CASE WHEN (v.outcome = ANY($64::text[]) OR (v.account_id IS NULL AND $65::text <> 'cli')) THEN md5(concat_ws(' ', $66::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
noted AS (
      UPDATE sign_ups u SET
        email_proven_at = CASE WHEN s.method = 'email' THEN $67::timestamptz ELSE u.email_proven_at END,
        phone_proven_at = CASE WHEN s.method = 'sms' THEN $68::timestamptz ELSE u.phone_proven_at END,
        completed_at = CASE WHEN s.complete THEN $69::timestamptz END,
        password_hash = CASE WHEN s.complete THEN NULL ELSE u.password_hash END
      FROM sign_up s WHERE u.id = s.id RETURNING u.id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($6::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.browser_attempt_id = (SELECT id FROM allowed) AND a.session_id IS NULL AND a.kind = 'code' AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR a.tries_left >= $17::int)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
sign_up AS (
      SELECT u.*, v.method, (u.email IS NULL OR u.email_proven_at IS NOT NULL OR v.method = 'email')
        AND (u.phone IS NULL OR u.phone_proven_at IS NOT NULL OR v.method = 'sms') AS complete
      FROM sign_ups u JOIN flow f ON f.id = u.id CROSS JOIN verdict v WHERE v.outcome = 'redeemed'),
removed AS (
      DELETE FROM accounts a USING sign_up s
      WHERE s.complete AND a.activated_at IS NULL AND a.invited_at IS NULL AND (a.email = $21 OR a.phone = s.phone)
      RETURNING a.id),
account_2 AS (
      INSERT INTO accounts (id, email, username, phone, phone_signs_in, first_name, last_name, password_hash, language, activated_at,
        created_at, updated_at)
      SELECT $22::bigint, NULL::text, s.username, s.phone, s.phone IS NOT NULL, s.first_name, s.last_name, s.password_hash, s.language,
        $23::timestamptz, $24::timestamptz, $25::timestamptz
      FROM sign_up s CROSS JOIN (SELECT count(*) FROM removed) done WHERE s.complete RETURNING id AS account_id, security_stamp),
surplus AS (
    UPDATE sessions SET ended_at = $26::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $27::timestamptz DESC,
            l.client_address = $28, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $29::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN account_2 f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $30::int ELSE $31::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $32::bigint, f.account_id, $33, $34::text, $35, jsonb_build_array(jsonb_build_object('method', $36::text, 'at', $37::text)), $38, $39,
      $40::timestamptz, CASE WHEN ($41::text) = 'signed_in' THEN $42::timestamptz END, $43::timestamptz,
      CASE WHEN ($44::text) = 'signed_in' THEN $45::timestamptz ELSE $46::timestamptz END, $47,
      $48::timestamptz, b.browser_session_id, $49::bigint, f.security_stamp
    FROM account_2 f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
proven AS (
        SELECT session_id, account_id, stage FROM session
        UNION ALL SELECT NULL, NULL, 'pending' FROM sign_up WHERE NOT complete),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $50::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $51::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $52, previous_token_hash = b.token_hash,
        rotated_at = $53::timestamptz, expires_at = $54::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $55::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $56::bigint, $57::timestamptz, $58, v.outcome, $59, v.account_id, v.session_id, v.attempt_id,
      $60, $61, $62, CASE WHEN (v.outcome = ANY($63::text[]) OR (v.account_id IS NULL AND $64::text <> 'cli')) THEN md5(concat_ws(' ', $65::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
noted AS (
      UPDATE sign_ups u SET
        email_proven_at = CASE WHEN s.method = 'email' THEN $66::timestamptz ELSE u.email_proven_at END,
        phone_proven_at = CASE WHEN s.method = 'sms' THEN $67::timestamptz ELSE u.phone_proven_at END,
        completed_at = CASE WHEN s.complete THEN $68::timestamptz END,
        password_hash = CASE WHEN s.complete THEN NULL ELSE u.password_hash END
      FROM sign_up s WHERE u.id = s.id RETURNING u.id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- GuessService.decide

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
allowed AS (
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM account)),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($6::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.browser_attempt_id = (SELECT id FROM allowed) AND a.session_id IS NULL AND a.kind = 'code' AND a.purpose = $7 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $8::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $9::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($10::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $16::int OR a.tries_left >= $17::int)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
sign_up AS (
      SELECT u.*, v.method, (u.email IS NULL OR u.email_proven_at IS NOT NULL OR v.method = 'email')
        AND (u.phone IS NULL OR u.phone_proven_at IS NOT NULL OR v.method = 'sms') AS complete
      FROM sign_ups u JOIN flow f ON f.id = u.id CROSS JOIN verdict v WHERE v.outcome = 'redeemed'),
removed AS (
      DELETE FROM accounts a USING sign_up s
      WHERE s.complete AND a.activated_at IS NULL AND a.invited_at IS NULL AND (a.email = ANY($21::text[]) OR a.phone = s.phone)
      RETURNING a.id),
account_2 AS (
      INSERT INTO accounts (id, email, username, phone, phone_signs_in, first_name, last_name, password_hash, language, activated_at,
        created_at, updated_at)
      SELECT $22::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($23::text[]) AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) LIMIT 1), $24::text), s.username, s.phone, s.phone IS NOT NULL, s.first_name, s.last_name, s.password_hash, s.language,
        $25::timestamptz, $26::timestamptz, $27::timestamptz
      FROM sign_up s CROSS JOIN (SELECT count(*) FROM removed) done WHERE s.complete RETURNING id AS account_id, security_stamp),
surplus AS (
    UPDATE sessions SET ended_at = $28::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $29::timestamptz DESC,
            l.client_address = $30, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $31::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN account_2 f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $32::int ELSE $33::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $34::bigint, f.account_id, $35, $36::text, $37, jsonb_build_array(jsonb_build_object('method', $38::text, 'at', $39::text)), $40, $41,
      $42::timestamptz, CASE WHEN ($43::text) = 'signed_in' THEN $44::timestamptz END, $45::timestamptz,
      CASE WHEN ($46::text) = 'signed_in' THEN $47::timestamptz ELSE $48::timestamptz END, $49,
      $50::timestamptz, b.browser_session_id, $51::bigint, f.security_stamp
    FROM account_2 f CROSS JOIN browser b CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
proven AS (
        SELECT session_id, account_id, stage FROM session
        UNION ALL SELECT NULL, NULL, 'pending' FROM sign_up WHERE NOT complete),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $52::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $53::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
rotated AS (
      UPDATE browser_sessions b SET token_hash = $54, previous_token_hash = b.token_hash,
        rotated_at = $55::timestamptz, expires_at = $56::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM proven p, browser l WHERE b.id = l.browser_session_id RETURNING b.id),
replaced AS (
      UPDATE sessions s SET ended_at = $57::timestamptz, end_reason = 'replaced' FROM proven p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $58::bigint, $59::timestamptz, $60, v.outcome, $61, v.account_id, v.session_id, v.attempt_id,
      $62, $63, $64, CASE WHEN (v.outcome = ANY($65::text[]) OR (v.account_id IS NULL AND $66::text <> 'cli')) THEN md5(concat_ws(' ', $67::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
noted AS (
      UPDATE sign_ups u SET
        email_proven_at = CASE WHEN s.method = 'email' THEN $68::timestamptz ELSE u.email_proven_at END,
        phone_proven_at = CASE WHEN s.method = 'sms' THEN $69::timestamptz ELSE u.phone_proven_at END,
        completed_at = CASE WHEN s.complete THEN $70::timestamptz END,
        password_hash = CASE WHEN s.complete THEN NULL ELSE u.password_hash END
      FROM sign_up s WHERE u.id = s.id RETURNING u.id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven, (SELECT refills_at FROM budget) AS refills_at;

-- IdentitiesService.link

WITH of_account AS (SELECT $1::bigint AS account_id),
linked AS (
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT $2, $3, f.account_id, $4, $5::timestamptz FROM of_account f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new),
news AS (SELECT account_id FROM linked WHERE is_new),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $6::bigint, $7::bigint, r.account_id, $8,
      $9, r.address, r.language, $10, $11::timestamptz, $12::timestamptz,
      $13::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN news f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $14::bigint, $15::bigint, r.account_id, $16,
      $17, r.address, r.language, $18, $19::timestamptz, $20::timestamptz,
      $21::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT $22::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM linked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $23::bigint, $24::timestamptz, $25, v.outcome, $26, v.account_id, v.session_id, v.attempt_id,
      $27, $28, $29, CASE WHEN (v.outcome = ANY($30::text[]) OR (v.account_id IS NULL AND $31::text <> 'cli')) THEN md5(concat_ws(' ', $32::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM linked;

-- IdentitiesService.unlink

WITH unlinked AS (
    DELETE FROM external_identities WHERE account_id = $1::bigint AND lower(provider) = $2
    RETURNING account_id),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM unlinked),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $4::bigint, $5::timestamptz, $6, v.outcome, $7, v.account_id, v.session_id, v.attempt_id,
      $8, $9, $10, CASE WHEN (v.outcome = ANY($11::text[]) OR (v.account_id IS NULL AND $12::text <> 'cli')) THEN md5(concat_ws(' ', $13::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM unlinked;

-- KeyRingService.forget

WITH live AS (
    SELECT id, key_ids, started_at FROM replicas
    WHERE seen_at > $1::timestamptz - $2 * interval '1 second'),
forgotten AS (
      UPDATE server_keys k SET forgotten_at = $3::timestamptz, makes_since = NULL
      WHERE k.key_id = $4 AND k.forgotten_at IS NULL
        AND NOT EXISTS (SELECT FROM live l WHERE k.key_id = ANY (l.key_ids)) RETURNING k.key_id),
nobodys AS (SELECT NULL::bigint AS account_id FROM forgotten),
verdict AS (SELECT $5::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM nobodys),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $6::bigint, $7::timestamptz, $8, v.outcome, $9, v.account_id, v.session_id, v.attempt_id,
      $10, $11, $12, CASE WHEN (v.outcome = ANY($13::text[]) OR (v.account_id IS NULL AND $14::text <> 'cli')) THEN md5(concat_ws(' ', $15::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM forgotten;

-- KeyRingService.status

SELECT count(*) FROM backup_codes WHERE used_at IS NULL AND created_at < $1::timestamptz;

-- KeysService.rotate

WITH retired AS (
      UPDATE signing_keys
      SET retired_at = LEAST(retired_at, $1::timestamptz), good_until = $2::timestamptz
      WHERE good_until IS NULL OR good_until > $3::timestamptz RETURNING kid),
installed AS (
      INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      SELECT $4, $5, $6::timestamptz, $7::timestamptz
      FROM (SELECT count(*) AS keys FROM retired) r WHERE r.keys > 0
      ON CONFLICT DO NOTHING RETURNING kid),
verdict AS (
        SELECT $8::text AS outcome, NULL::bigint AS account_id,
          NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM installed),
forgotten AS (DELETE FROM signing_keys WHERE good_until <= $9::timestamptz RETURNING kid),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $10::bigint, $11::timestamptz, $12, v.outcome, $13, v.account_id, v.session_id, v.attempt_id,
      $14, $15, $16, CASE WHEN (v.outcome = ANY($17::text[]) OR (v.account_id IS NULL AND $18::text <> 'cli')) THEN md5(concat_ws(' ', $19::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- KeysService.rotate

WITH retired AS (
      UPDATE signing_keys
      SET retired_at = LEAST(retired_at, $1::timestamptz), good_until = $2::timestamptz
      WHERE good_until IS NULL AND signs_from <= $3::timestamptz RETURNING kid),
installed AS (
      INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      SELECT $4, $5, $6::timestamptz, $7::timestamptz
      FROM (SELECT count(*) AS keys FROM retired) r WHERE r.keys > 0
      ON CONFLICT DO NOTHING RETURNING kid),
verdict AS (
        SELECT $8::text AS outcome, NULL::bigint AS account_id,
          NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM installed),
forgotten AS (DELETE FROM signing_keys WHERE good_until <= $9::timestamptz RETURNING kid),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $10::bigint, $11::timestamptz, $12, v.outcome, $13, v.account_id, v.session_id, v.attempt_id,
      $14, $15, $16, CASE WHEN (v.outcome = ANY($17::text[]) OR (v.account_id IS NULL AND $18::text <> 'cli')) THEN md5(concat_ws(' ', $19::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- LinkConfirmService.burn

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'link' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $6::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $7 AND a.status = 'open' AND a.expires_at > $8::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $9::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
proven_in_browser AS (
    SELECT v.account_id, v.security_stamp, v.method, a.browser_session_id, a.browser_attempt_id
    FROM verdict v JOIN attempts a ON a.id = v.attempt_id
    WHERE v.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL),
entering AS (
    SELECT f.*, a.second_factor FROM proven_in_browser f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND a.second_factor <> f.method),
surplus AS (
    UPDATE sessions SET ended_at = $13::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $14::timestamptz DESC,
            l.client_address = $15, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $16::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN entering f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $17::int ELSE $18::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $19::bigint, f.account_id, $20, CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END, $21, jsonb_build_array(jsonb_build_object('method', f.method::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $26::timestamptz END, $27::timestamptz,
      CASE WHEN (CASE WHEN f.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END) = 'signed_in' THEN $28::timestamptz ELSE $29::timestamptz END, $30,
      $31::timestamptz, f.browser_session_id, f.browser_attempt_id, f.security_stamp
    FROM entering f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $32::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $33::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $34::bigint, $35::timestamptz, $36, v.outcome, $37, v.account_id, v.session_id, v.attempt_id,
      $38, $39, $40, CASE WHEN (v.outcome = ANY($41::text[]) OR (v.account_id IS NULL AND $42::text <> 'cli')) THEN md5(concat_ws(' ', $43::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM session) AS done;

-- LinkConfirmService.burn

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
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
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
      UPDATE accounts a SET activated_at = $13::timestamptz, updated_at = $14::timestamptz,
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
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $15::bigint, $16, $17, $18, $19, $20,
          f.subject, f.account_id, f.session_id, $21, $22,
          $23::smallint, $24::timestamptz, $25::timestamptz,
          $26::bigint, $27::bigint,
          $28::bigint, coalesce(f.security_stamp, 0)
        FROM proven f RETURNING id, subject, factor, account_id, session_id, security_stamp),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $29::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $30::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $31::timestamptz
      FROM claimed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($32::text[])
        AND a.status = 'open' RETURNING a.id),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
ended AS (
      UPDATE sessions s SET ended_at = $33::timestamptz, end_reason = $34 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
registered_owner AS (SELECT account_id, security_stamp FROM claimed WHERE NOT invited),
ended_2 AS (
      UPDATE sessions s SET ended_at = $35::timestamptz, end_reason = $36 FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over_2 AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING registered_owner f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING registered_owner f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING registered_owner f WHERE b.account_id = f.account_id RETURNING b.account_id),
revoked AS (
    UPDATE credentials c SET revoked_at = $37::timestamptz FROM registered_owner f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
identities_dropped AS (DELETE FROM external_identities i USING registered_owner f WHERE i.account_id = f.account_id RETURNING i.account_id),
ended_3 AS (
    UPDATE pending_recoveries p SET ended_at = $38::timestamptz, end_reason = $39 FROM registered_owner f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
mailbox AS (SELECT v.account_id FROM verdict v WHERE v.outcome = 'redeemed' AND v.account_id IS NOT NULL),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM mailbox) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $40::bigint, $41::timestamptz, $42, v.outcome, $43, v.account_id, v.session_id, v.attempt_id,
      $44, $45, $46, CASE WHEN (v.outcome = ANY($47::text[]) OR (v.account_id IS NULL AND $48::text <> 'cli')) THEN md5(concat_ws(' ', $49::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM attempt) AS done;

-- LinkConfirmService.dismiss

WITH target AS (
        SELECT a.subject, a.purpose, a.browser_attempt_id FROM attempts a
        WHERE a.kind = 'link' AND a.secret_hash = ANY($1::text[]) AND a.purpose IN ('magic_link', 'sign_in')),
dismissed AS (
        UPDATE attempts a SET status = 'superseded', closed_at = $2::timestamptz FROM target t
        WHERE a.subject = t.subject AND a.purpose = t.purpose AND a.status = 'open'
          AND a.browser_attempt_id IS NOT DISTINCT FROM t.browser_attempt_id AND (t.purpose = 'magic_link' OR t.browser_attempt_id IS NOT NULL)
        RETURNING a.id, a.account_id, a.session_id),
verdict AS (
        SELECT 'dismissed' AS outcome, account_id, session_id, id AS attempt_id
        FROM dismissed ORDER BY id LIMIT 1),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $3::bigint, $4::timestamptz, $5, v.outcome, $6, v.account_id, v.session_id, v.attempt_id,
      $7, $8, $9, CASE WHEN (v.outcome = ANY($10::text[]) OR (v.account_id IS NULL AND $11::text <> 'cli')) THEN md5(concat_ws(' ', $12::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

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
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
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
      UPDATE accounts a SET activated_at = $13::timestamptz, updated_at = $14::timestamptz,
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
    UPDATE sessions SET ended_at = $15::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $16::timestamptz DESC,
            l.client_address = $17, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $18::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $19::int ELSE $20::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $21::bigint, f.account_id, $22, f.stage, $23, jsonb_build_array(jsonb_build_object('method', $24::text, 'at', $25::text)), $26, $27,
      $28::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $29::timestamptz END, $30::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $31::timestamptz ELSE $32::timestamptz END, $33,
      $34::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
holder AS (
        SELECT h.session_id, h.stage, h.amr, h.second_factor_at, h.uuid, h.second_factor,
          h.has_password AND NOT EXISTS (SELECT FROM claimed) AS has_password FROM with_account h),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN holder h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $35::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $36::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $37::timestamptz
      FROM claimed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($38::text[])
        AND a.status = 'open' RETURNING a.id),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
ended AS (
      UPDATE sessions s SET ended_at = $39::timestamptz, end_reason = $40 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
registered_owner AS (SELECT account_id, security_stamp FROM claimed WHERE NOT invited),
ended_2 AS (
      UPDATE sessions s SET ended_at = $41::timestamptz, end_reason = $42 FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over_2 AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING registered_owner f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING registered_owner f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING registered_owner f WHERE b.account_id = f.account_id RETURNING b.account_id),
revoked AS (
    UPDATE credentials c SET revoked_at = $43::timestamptz FROM registered_owner f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
identities_dropped AS (DELETE FROM external_identities i USING registered_owner f WHERE i.account_id = f.account_id RETURNING i.account_id),
ended_3 AS (
    UPDATE pending_recoveries p SET ended_at = $44::timestamptz, end_reason = $45 FROM registered_owner f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
mailbox AS (SELECT v.account_id FROM verdict v WHERE v.outcome = 'redeemed' AND v.account_id IS NOT NULL),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM mailbox) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $46::bigint, $47::timestamptz, $48, v.outcome, $49, v.account_id, v.session_id, v.attempt_id,
      $50, $51, $52, CASE WHEN (v.outcome = ANY($53::text[]) OR (v.account_id IS NULL AND $54::text <> 'cli')) THEN md5(concat_ws(' ', $55::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- LinkExchangeService.redeem

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND true  FOR NO KEY UPDATE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'code' AND a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.purpose = $4 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $5::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $6::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($7::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($8::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($9::text[]))) OR a.tries_left = 1 THEN $10::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $11 AND a.status = 'open' AND a.expires_at > $12::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $13::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $14::timestamptz THEN 'expired'
        WHEN t.kind <> $15 THEN 'other_kind' WHEN b.spent >= $16::int THEN 'budget_spent'
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
      UPDATE accounts a SET activated_at = $17::timestamptz, updated_at = $18::timestamptz,
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
    UPDATE sessions SET ended_at = $19::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $20::timestamptz DESC,
            l.client_address = $21, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $22::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $23::int ELSE $24::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $25::bigint, f.account_id, $26, f.stage, $27, jsonb_build_array(jsonb_build_object('method', $28::text, 'at', $29::text)), $30, $31,
      $32::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $33::timestamptz END, $34::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $35::timestamptz ELSE $36::timestamptz END, $37,
      $38::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
holder AS (
        SELECT h.session_id, h.stage, h.amr, h.second_factor_at, h.uuid, h.second_factor,
          h.has_password AND NOT EXISTS (SELECT FROM claimed) AS has_password FROM with_account h),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN holder h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $39::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $40::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $41::timestamptz
      FROM claimed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($42::text[])
        AND a.status = 'open' RETURNING a.id),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
ended AS (
      UPDATE sessions s SET ended_at = $43::timestamptz, end_reason = $44 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
registered_owner AS (SELECT account_id, security_stamp FROM claimed WHERE NOT invited),
ended_2 AS (
      UPDATE sessions s SET ended_at = $45::timestamptz, end_reason = $46 FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over_2 AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING registered_owner f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING registered_owner f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING registered_owner f WHERE b.account_id = f.account_id RETURNING b.account_id),
revoked AS (
    UPDATE credentials c SET revoked_at = $47::timestamptz FROM registered_owner f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
identities_dropped AS (DELETE FROM external_identities i USING registered_owner f WHERE i.account_id = f.account_id RETURNING i.account_id),
ended_3 AS (
    UPDATE pending_recoveries p SET ended_at = $48::timestamptz, end_reason = $49 FROM registered_owner f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
mailbox AS (SELECT v.account_id FROM verdict v WHERE v.outcome = 'redeemed' AND v.account_id IS NOT NULL),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM mailbox) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $50::bigint, $51::timestamptz, $52, v.outcome, $53, v.account_id, v.session_id, v.attempt_id,
      $54, $55, $56, CASE WHEN (v.outcome = ANY($57::text[]) OR (v.account_id IS NULL AND $58::text <> 'cli')) THEN md5(concat_ws(' ', $59::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- LinkExchangeService.redeem

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $1 AND disabled_at IS NULL AND true  FOR NO KEY UPDATE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'code' AND a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.purpose = $4 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $5::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $6::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($7::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($8::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($9::text[]))) OR a.tries_left = 1 THEN $10::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $11 AND a.status = 'open' AND a.expires_at > $12::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $13::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $14::timestamptz THEN 'expired'
        WHEN t.kind <> $15 THEN 'other_kind' WHEN b.spent >= $16::int THEN 'budget_spent'
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
      UPDATE accounts a SET activated_at = $17::timestamptz, updated_at = $18::timestamptz,
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
    UPDATE sessions SET ended_at = $19::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $20::timestamptz DESC,
            l.client_address = $21, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $22::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN proven f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $23::int ELSE $24::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $25::bigint, f.account_id, $26, f.stage, $27, jsonb_build_array(jsonb_build_object('method', $28::text, 'at', $29::text)), $30, $31,
      $32::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $33::timestamptz END, $34::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $35::timestamptz ELSE $36::timestamptz END, $37,
      $38::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM proven f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
holder AS (
        SELECT h.session_id, h.stage, h.amr, h.second_factor_at, h.uuid, h.second_factor,
          h.has_password AND NOT EXISTS (SELECT FROM claimed) AS has_password FROM with_account h),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN holder h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $39::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $40::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $41::timestamptz
      FROM claimed f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($42::text[])
        AND a.status = 'open' RETURNING a.id),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
ended AS (
      UPDATE sessions s SET ended_at = $43::timestamptz, end_reason = $44 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
registered_owner AS (SELECT account_id, security_stamp FROM claimed WHERE NOT invited),
ended_2 AS (
      UPDATE sessions s SET ended_at = $45::timestamptz, end_reason = $46 FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over_2 AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM registered_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
authenticator_dropped AS (DELETE FROM totp_factors t USING registered_owner f WHERE t.account_id = f.account_id RETURNING t.account_id),
setup_dropped AS (DELETE FROM factor_setups u USING registered_owner f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING registered_owner f WHERE b.account_id = f.account_id RETURNING b.account_id),
revoked AS (
    UPDATE credentials c SET revoked_at = $47::timestamptz FROM registered_owner f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
identities_dropped AS (DELETE FROM external_identities i USING registered_owner f WHERE i.account_id = f.account_id RETURNING i.account_id),
ended_3 AS (
    UPDATE pending_recoveries p SET ended_at = $48::timestamptz, end_reason = $49 FROM registered_owner f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
mailbox AS (SELECT v.account_id FROM verdict v WHERE v.outcome = 'redeemed' AND v.account_id IS NOT NULL),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM mailbox) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $50::bigint, $51::timestamptz, $52, v.outcome, $53, v.account_id, v.session_id, v.attempt_id,
      $54, $55, $56, CASE WHEN (v.outcome = ANY($57::text[]) OR (v.account_id IS NULL AND $58::text <> 'cli')) THEN md5(concat_ws(' ', $59::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- LinkRequestService.request

WITH asked AS (SELECT $1::text AS subject),
refused AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $2 AND NOT (w.next_at <= $3::timestamptz AND (w.window_ends_at <= $4::timestamptz
      OR w.sent < coalesce($5::int, w.sent + 1)))),
free AS (SELECT f.subject FROM asked f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $6::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $15::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1)))
    RETURNING w.subject),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.uuid = $24 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $25::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
asking AS (SELECT s.* FROM subject s WHERE EXISTS (SELECT FROM window_taken)),
refused_2 AS (
    SELECT f.subject FROM asking f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $26 AND NOT (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))),
free_2 AS (SELECT f.subject FROM asking f WHERE f.subject NOT IN (SELECT subject FROM refused_2)),
of_network_2 AS (SELECT (f.subject || ' from ' || $30::text) AS subject FROM free_2 f),
window_taken_4 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM of_network_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
within_share_2 AS (SELECT f.subject FROM free_2 f WHERE (f.subject || ' from ' || $39::text) IN (SELECT subject FROM window_taken_4)),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $40, $41::timestamptz, 1, $42::timestamptz FROM within_share_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $43::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $44::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $45::timestamptz AND (w.window_ends_at <= $46::timestamptz
      OR w.sent < coalesce($47::int, w.sent + 1)))
    RETURNING w.subject),
opening AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM asking s JOIN window_taken_3 USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $48::bigint, $49, $50, $51, $52, $53,
          f.subject, f.account_id, f.session_id, $54, $55,
          $56::smallint, $57::timestamptz, $58::timestamptz,
          $59::bigint, $60::bigint,
          $61::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN attempt f ON f.account_id = a.id WHERE a.email IS NOT NULL),
verdict AS (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
refused_3 AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
of_network_3 AS (SELECT (f.subject || ' from ' || $68::text) AS subject FROM asked f),
refused_4 AS (
    SELECT f.subject FROM of_network_3 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $69 AND NOT (w.next_at <= $70::timestamptz AND (w.window_ends_at <= $71::timestamptz
      OR w.sent < coalesce($72::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $73::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_4 f ON w.subject = f.subject WHERE w.purpose = $74),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $75::bigint, $76, $77, $78, $79, $80,
          f.subject, f.account_id, f.session_id, $81, $82,
          $83::smallint, $84::timestamptz, $85::timestamptz,
          $86::bigint, $87::bigint,
          $88::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
link_page AS (
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, $89, $90, $91 FROM attempt RETURNING attempt_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $92::bigint, $93::bigint, r.account_id, $94,
      $95, r.address, r.language, $96, $97::timestamptz, $98::timestamptz,
      $99::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $100::bigint, $101::timestamptz, $102, v.outcome, $103, v.account_id, v.session_id, v.attempt_id,
      $104, $105, $106, CASE WHEN (v.outcome = ANY($107::text[]) OR (v.account_id IS NULL AND $108::text <> 'cli')) THEN md5(concat_ws(' ', $109::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- LinkRequestService.request

WITH asked AS (SELECT $1::text AS subject),
refused AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $2 AND NOT (w.next_at <= $3::timestamptz AND (w.window_ends_at <= $4::timestamptz
      OR w.sent < coalesce($5::int, w.sent + 1)))),
free AS (SELECT f.subject FROM asked f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $6::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $15::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1)))
    RETURNING w.subject),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $24 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $25::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
asking AS (SELECT s.* FROM subject s WHERE EXISTS (SELECT FROM window_taken)),
refused_2 AS (
    SELECT f.subject FROM asking f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $26 AND NOT (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))),
free_2 AS (SELECT f.subject FROM asking f WHERE f.subject NOT IN (SELECT subject FROM refused_2)),
of_network_2 AS (SELECT (f.subject || ' from ' || $30::text) AS subject FROM free_2 f),
window_taken_4 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM of_network_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
within_share_2 AS (SELECT f.subject FROM free_2 f WHERE (f.subject || ' from ' || $39::text) IN (SELECT subject FROM window_taken_4)),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $40, $41::timestamptz, 1, $42::timestamptz FROM within_share_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $43::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $44::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $45::timestamptz AND (w.window_ends_at <= $46::timestamptz
      OR w.sent < coalesce($47::int, w.sent + 1)))
    RETURNING w.subject),
opening AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM asking s JOIN window_taken_3 USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $48::bigint, $49, $50, $51, $52, $53,
          f.subject, f.account_id, f.session_id, $54, $55,
          $56::smallint, $57::timestamptz, $58::timestamptz,
          $59::bigint, $60::bigint,
          $61::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN attempt f ON f.account_id = a.id WHERE a.email IS NOT NULL),
verdict AS (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
refused_3 AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
of_network_3 AS (SELECT (f.subject || ' from ' || $68::text) AS subject FROM asked f),
refused_4 AS (
    SELECT f.subject FROM of_network_3 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $69 AND NOT (w.next_at <= $70::timestamptz AND (w.window_ends_at <= $71::timestamptz
      OR w.sent < coalesce($72::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $73::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_4 f ON w.subject = f.subject WHERE w.purpose = $74),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $75::bigint, $76, $77, $78, $79, $80,
          f.subject, f.account_id, f.session_id, $81, $82,
          $83::smallint, $84::timestamptz, $85::timestamptz,
          $86::bigint, $87::bigint,
          $88::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
link_page AS (
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, $89, $90, $91 FROM attempt RETURNING attempt_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $92::bigint, $93::bigint, r.account_id, $94,
      $95, r.address, r.language, $96, $97::timestamptz, $98::timestamptz,
      $99::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $100::bigint, $101::timestamptz, $102, v.outcome, $103, v.account_id, v.session_id, v.attempt_id,
      $104, $105, $106, CASE WHEN (v.outcome = ANY($107::text[]) OR (v.account_id IS NULL AND $108::text <> 'cli')) THEN md5(concat_ws(' ', $109::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- LinkRequestService.request

WITH asked AS (SELECT $1::text AS subject),
refused AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $2 AND NOT (w.next_at <= $3::timestamptz AND (w.window_ends_at <= $4::timestamptz
      OR w.sent < coalesce($5::int, w.sent + 1)))),
free AS (SELECT f.subject FROM asked f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $6::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $15::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1)))
    RETURNING w.subject),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $24 AND disabled_at IS NULL AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $25::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
asking AS (SELECT s.* FROM subject s WHERE EXISTS (SELECT FROM window_taken)),
refused_2 AS (
    SELECT f.subject FROM asking f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $26 AND NOT (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))),
free_2 AS (SELECT f.subject FROM asking f WHERE f.subject NOT IN (SELECT subject FROM refused_2)),
of_network_2 AS (SELECT (f.subject || ' from ' || $30::text) AS subject FROM free_2 f),
window_taken_4 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM of_network_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
within_share_2 AS (SELECT f.subject FROM free_2 f WHERE (f.subject || ' from ' || $39::text) IN (SELECT subject FROM window_taken_4)),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $40, $41::timestamptz, 1, $42::timestamptz FROM within_share_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $43::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $44::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $45::timestamptz AND (w.window_ends_at <= $46::timestamptz
      OR w.sent < coalesce($47::int, w.sent + 1)))
    RETURNING w.subject),
opening AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM asking s JOIN window_taken_3 USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $48::bigint, $49, $50, $51, $52, $53,
          f.subject, f.account_id, f.session_id, $54, $55,
          $56::smallint, $57::timestamptz, $58::timestamptz,
          $59::bigint, $60::bigint,
          $61::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN attempt f ON f.account_id = a.id WHERE a.email IS NOT NULL),
verdict AS (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
refused_3 AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
of_network_3 AS (SELECT (f.subject || ' from ' || $68::text) AS subject FROM asked f),
refused_4 AS (
    SELECT f.subject FROM of_network_3 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $69 AND NOT (w.next_at <= $70::timestamptz AND (w.window_ends_at <= $71::timestamptz
      OR w.sent < coalesce($72::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $73::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_4 f ON w.subject = f.subject WHERE w.purpose = $74),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $75::bigint, $76, $77, $78, $79, $80,
          f.subject, f.account_id, f.session_id, $81, $82,
          $83::smallint, $84::timestamptz, $85::timestamptz,
          $86::bigint, $87::bigint,
          $88::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
link_page AS (
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, $89, $90, $91 FROM attempt RETURNING attempt_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $92::bigint, $93::bigint, r.account_id, $94,
      $95, r.address, r.language, $96, $97::timestamptz, $98::timestamptz,
      $99::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $100::bigint, $101::timestamptz, $102, v.outcome, $103, v.account_id, v.session_id, v.attempt_id,
      $104, $105, $106, CASE WHEN (v.outcome = ANY($107::text[]) OR (v.account_id IS NULL AND $108::text <> 'cli')) THEN md5(concat_ws(' ', $109::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- LinkRequestService.request

WITH asked AS (SELECT $1::text AS subject),
refused AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $2 AND NOT (w.next_at <= $3::timestamptz AND (w.window_ends_at <= $4::timestamptz
      OR w.sent < coalesce($5::int, w.sent + 1)))),
free AS (SELECT f.subject FROM asked f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $6::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $15::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $16, $17::timestamptz, 1, $18::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $19::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $20::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $21::timestamptz AND (w.window_ends_at <= $22::timestamptz
      OR w.sent < coalesce($23::int, w.sent + 1)))
    RETURNING w.subject),
known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = ANY($24::text[]) AND disabled_at IS NULL AND true ORDER BY array_position($25::text[], email) LIMIT 1 FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $26::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
asking AS (SELECT s.* FROM subject s WHERE EXISTS (SELECT FROM window_taken)),
refused_2 AS (
    SELECT f.subject FROM asking f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $27 AND NOT (w.next_at <= $28::timestamptz AND (w.window_ends_at <= $29::timestamptz
      OR w.sent < coalesce($30::int, w.sent + 1)))),
free_2 AS (SELECT f.subject FROM asking f WHERE f.subject NOT IN (SELECT subject FROM refused_2)),
of_network_2 AS (SELECT (f.subject || ' from ' || $31::text) AS subject FROM free_2 f),
window_taken_4 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $32, $33::timestamptz, 1, $34::timestamptz FROM of_network_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $35::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $36::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $37::timestamptz AND (w.window_ends_at <= $38::timestamptz
      OR w.sent < coalesce($39::int, w.sent + 1)))
    RETURNING w.subject),
within_share_2 AS (SELECT f.subject FROM free_2 f WHERE (f.subject || ' from ' || $40::text) IN (SELECT subject FROM window_taken_4)),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $41, $42::timestamptz, 1, $43::timestamptz FROM within_share_2 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $44::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $45::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $46::timestamptz AND (w.window_ends_at <= $47::timestamptz
      OR w.sent < coalesce($48::int, w.sent + 1)))
    RETURNING w.subject),
opening AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM asking s JOIN window_taken_3 USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $49::bigint, $50, $51, $52, $53, $54,
          f.subject, f.account_id, f.session_id, $55, $56,
          $57::smallint, $58::timestamptz, $59::timestamptz,
          $60::bigint, $61::bigint,
          $62::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN attempt f ON f.account_id = a.id WHERE a.email IS NOT NULL),
verdict AS (
        SELECT CASE WHEN NOT EXISTS (SELECT FROM window_taken) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
refused_3 AS (
    SELECT f.subject FROM asked f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $63 AND NOT (w.next_at <= $64::timestamptz AND (w.window_ends_at <= $65::timestamptz
      OR w.sent < coalesce($66::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $67::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $68),
of_network_3 AS (SELECT (f.subject || ' from ' || $69::text) AS subject FROM asked f),
refused_4 AS (
    SELECT f.subject FROM of_network_3 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $70 AND NOT (w.next_at <= $71::timestamptz AND (w.window_ends_at <= $72::timestamptz
      OR w.sent < coalesce($73::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $74::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_4 f ON w.subject = f.subject WHERE w.purpose = $75),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $76::bigint, $77, $78, $79, $80, $81,
          f.subject, f.account_id, f.session_id, $82, $83,
          $84::smallint, $85::timestamptz, $86::timestamptz,
          $87::bigint, $88::bigint,
          $89::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
link_page AS (
    INSERT INTO magic_links (attempt_id, redirect_url, client_address, user_agent)
    SELECT id, $90, $91, $92 FROM attempt RETURNING attempt_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $93::bigint, $94::bigint, r.account_id, $95,
      $96, r.address, r.language, $97, $98::timestamptz, $99::timestamptz,
      $100::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $101::bigint, $102::timestamptz, $103, v.outcome, $104, v.account_id, v.session_id, v.attempt_id,
      $105, $106, $107, CASE WHEN (v.outcome = ANY($108::text[]) OR (v.account_id IS NULL AND $109::text <> 'cli')) THEN md5(concat_ws(' ', $110::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at;

-- LinkService.pageOf

WITH link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $1::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($2::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]))
SELECT * FROM link_state;

-- LinkViewService.find

SELECT a.protocol, x.email, x.language, a.created_at AS requested_at, m.redirect_url, b.token_hash AS browser_token_hash,
        coalesce(m.client_address, e.client_address) AS client_address, coalesce(m.user_agent, e.user_agent) AS user_agent
      FROM attempts a JOIN accounts x ON x.id = a.account_id
        LEFT JOIN magic_links m ON m.attempt_id = a.id
        LEFT JOIN browser_sessions b ON b.id = a.browser_session_id
        LEFT JOIN LATERAL (
          SELECT v.client_address, v.user_agent FROM audit_events v JOIN attempts c ON c.id = v.attempt_id
          WHERE c.browser_attempt_id = a.browser_attempt_id ORDER BY v.id LIMIT 1) e ON true
      WHERE a.kind = 'link' AND a.secret_hash = ANY($1::text[]) AND a.purpose IN ('magic_link', 'sign_in') AND (a.status = 'open' AND a.expires_at > $2::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($3::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))
        AND x.disabled_at IS NULL AND x.email IS NOT NULL;

-- LoginInitService.open

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
whom AS (
        SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM subject),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN whom f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN whom f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $7::bigint, $8, $9, $10, $11, $12,
          f.subject, f.account_id, f.session_id, $13, $14,
          $15::smallint, $16::timestamptz, $17::timestamptz,
          $18::bigint, $19::bigint,
          $20::bigint, coalesce(f.security_stamp, 0)
        FROM whom f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
verdict AS (
        SELECT 'opened' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $21::bigint, $22::timestamptz, $23, v.outcome, $24, v.account_id, v.session_id, v.attempt_id,
      $25, $26, $27, CASE WHEN (v.outcome = ANY($28::text[]) OR (v.account_id IS NULL AND $29::text <> 'cli')) THEN md5(concat_ws(' ', $30::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT holder FROM key_holder) AS holder;

-- LoginInitService.openForAnybody

WITH anybody AS (
        SELECT $1::text AS subject, NULL::bigint AS account_id, NULL::bigint AS session_id, NULL::int AS security_stamp),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $2::bigint, $3, $4, $5, $6, $7,
          f.subject, f.account_id, f.session_id, $8, $9,
          $10::smallint, $11::timestamptz, $12::timestamptz,
          $13::bigint, $14::bigint,
          $15::bigint, coalesce(f.security_stamp, 0)
        FROM anybody f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM anybody;

-- LoginProofService.shown

WITH challenge AS (
      SELECT a.account_id, a.method FROM attempts a WHERE a.kind = 'challenge' AND a.secret_hash = ANY($1::text[]) AND a.purpose = $2
        AND (a.status = 'open' AND a.expires_at > $3::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($4::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)))),
login_key AS (
    SELECT c.account_id, c.kind,
      json_build_object('id', c.id::text, 'kind', c.kind, 'credential_id', c.credential_id, 'public_key', c.public_key,
        'sign_count', c.sign_count::text) AS key,
      json_build_object('id', o.id::text, 'uuid', o.uuid, 'org_id', o.org_id, 'second_factor', o.second_factor,
        'security_stamp', o.security_stamp) AS account,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = o.id) AS totp_sealed
    FROM credentials c JOIN accounts o ON o.id = c.account_id AND o.disabled_at IS NULL
    WHERE c.credential_id = $5 AND c.revoked_at IS NULL AND c.kind <> 'RecoveryKey'),
shown AS (
        SELECT c.method, c.account_id IS NULL AS unclaimed, k.key, k.account, k.totp_sealed
        FROM challenge c JOIN login_key k
          ON k.account_id = c.account_id OR (c.account_id IS NULL AND k.kind = 'Fido2') LIMIT 1)
SELECT * FROM shown;

-- LoginService.claim

WITH claimed AS (
        UPDATE attempts a SET account_id = $1::bigint, subject = $2::text,
          security_stamp = $3::int
        WHERE a.kind = 'challenge' AND a.secret_hash = ANY($4::text[]) AND a.purpose = $5 AND a.account_id IS NULL AND a.status = 'open'
          AND a.expires_at > $6::timestamptz RETURNING a.subject, a.factor),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM claimed
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM claimed;

-- LoginService.login

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $4::bigint AND disabled_at IS NULL AND security_stamp = $5::int FOR SHARE),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $6::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $7::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM held) done
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $8::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $9::bigint > h.sign_count OR ($10::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $11::boolean) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $12::bigint > h.sign_count OR ($13::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $14::boolean) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $15::bigint > h.sign_count OR ($16::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $17::boolean) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $21::timestamptz THEN 'expired'
        WHEN t.kind <> $22 THEN 'other_kind' WHEN b.spent >= $23::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $24::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $25::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
counted AS (
    UPDATE credentials c SET sign_count = $26::bigint FROM held_credential h, verdict v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $27::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $28::timestamptz DESC,
            l.client_address = $29, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $30::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN redeemed f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $31::int ELSE $32::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $33::bigint, f.account_id, $34, $35::text, $36, jsonb_build_array(jsonb_build_object('method', $37::text, 'at', $38::text)), $39, $40,
      $41::timestamptz, CASE WHEN ($42::text) = 'signed_in' THEN $43::timestamptz END, $44::timestamptz,
      CASE WHEN ($45::text) = 'signed_in' THEN $46::timestamptz ELSE $47::timestamptz END, $48,
      $49::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM redeemed f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $50::bigint, $51::timestamptz, $52, v.outcome, $53, v.account_id, v.session_id, v.attempt_id,
      $54, $55, $56, CASE WHEN (v.outcome = ANY($57::text[]) OR (v.account_id IS NULL AND $58::text <> 'cli')) THEN md5(concat_ws(' ', $59::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- LoginService.login

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $4::bigint AND disabled_at IS NULL AND security_stamp = $5::int FOR SHARE),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $6::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $7::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM held) done
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $8::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $9::bigint > h.sign_count OR ($10::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $11::boolean) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $12::bigint > h.sign_count OR ($13::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $14::boolean) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $15::bigint > h.sign_count OR ($16::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND $17::boolean) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $21::timestamptz THEN 'expired'
        WHEN t.kind <> $22 THEN 'other_kind' WHEN b.spent >= $23::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $24::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $25::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
counted AS (
    UPDATE credentials c SET sign_count = $26::bigint FROM held_credential h, verdict v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $27::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $28::timestamptz DESC,
            l.client_address = $29, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $30::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN redeemed f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $31::int ELSE $32::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $33::bigint, f.account_id, $34, $35::text, $36, jsonb_build_array(jsonb_build_object('method', $37::text, 'at', $38::text), jsonb_build_object('method', $39::text, 'at', $40::text)), $41, $42,
      $43::timestamptz, CASE WHEN ($44::text) = 'signed_in' THEN $45::timestamptz END, $46::timestamptz,
      CASE WHEN ($47::text) = 'signed_in' THEN $48::timestamptz ELSE $49::timestamptz END, $50,
      $51::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM redeemed f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $52::bigint, $53::timestamptz, $54, v.outcome, $55, v.account_id, v.session_id, v.attempt_id,
      $56, $57, $58, CASE WHEN (v.outcome = ANY($59::text[]) OR (v.account_id IS NULL AND $60::text <> 'cli')) THEN md5(concat_ws(' ', $61::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- LoginService.login

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $4::bigint AND disabled_at IS NULL AND security_stamp = $5::int FOR SHARE),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $6::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $7::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) CROSS JOIN (SELECT count(*) FROM held) done
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $8::bigint AND c.revoked_at IS NULL FOR UPDATE),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN held f USING (account_id)
      WHERE t.secret_sealed = $9::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $10::bigint > h.sign_count OR ($11::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $13::bigint > h.sign_count OR ($14::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held) AND coalesce((SELECT $16::bigint > h.sign_count OR ($17::bigint = 0 AND h.sign_count = 0)
    FROM held_credential h), false) AND coalesce($18::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $19::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $20 AND a.status = 'open' AND a.expires_at > $21::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $22::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $23::timestamptz THEN 'expired'
        WHEN t.kind <> $24 THEN 'other_kind' WHEN b.spent >= $25::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $26::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $27::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $28::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
counted AS (
    UPDATE credentials c SET sign_count = $29::bigint FROM held_credential h, verdict v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
surplus AS (
    UPDATE sessions SET ended_at = $30::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $31::timestamptz DESC,
            l.client_address = $32, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $33::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN redeemed f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $34::int ELSE $35::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $36::bigint, f.account_id, $37, $38::text, $39, jsonb_build_array(jsonb_build_object('method', $40::text, 'at', $41::text), jsonb_build_object('method', $42::text, 'at', $43::text)), $44, $45,
      $46::timestamptz, CASE WHEN ($47::text) = 'signed_in' THEN $48::timestamptz END, $49::timestamptz,
      CASE WHEN ($50::text) = 'signed_in' THEN $51::timestamptz ELSE $52::timestamptz END, $53,
      $54::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM redeemed f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $55::bigint, $56::timestamptz, $57, v.outcome, $58, v.account_id, v.session_id, v.attempt_id,
      $59, $60, $61, CASE WHEN (v.outcome = ANY($62::text[]) OR (v.account_id IS NULL AND $63::text <> 'cli')) THEN md5(concat_ws(' ', $64::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- LoginService.logout

WITH ended AS (
      UPDATE sessions s SET ended_at = $1::timestamptz, end_reason = $2
      WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) RETURNING s.id AS session_id, s.account_id),
verdict AS (SELECT $7::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[]) OR (v.account_id IS NULL AND $16::text <> 'cli')) THEN md5(concat_ws(' ', $17::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- MailedKeysService.invite

DELETE FROM accounts WHERE accounts.email = $1 AND activated_at IS NULL AND invited_at IS NULL;

-- MailedKeysService.invite

DELETE FROM accounts WHERE accounts.email = ANY($1::text[]) AND activated_at IS NULL AND invited_at IS NULL;

-- MailedKeysService.invite

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5::boolean, $6, $7, $8, $9,
      $10, $11::timestamptz, $12::timestamptz, $13::timestamptz, $14::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM changed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $15::bigint, $16, $17, $18, $19, $20,
          f.subject, f.account_id, f.session_id, $21, $22,
          $23::smallint, $24::timestamptz, $25::timestamptz,
          $26::bigint, $27::bigint,
          $28::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT $29::text AS address, coalesce($30::text, a.language) AS language, f.account_id
    FROM changed f LEFT JOIN accounts a ON a.id = f.account_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34, r.address, r.language, $35, $36::timestamptz, $37::timestamptz,
      $38::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[]) OR (v.account_id IS NULL AND $47::text <> 'cli')) THEN md5(concat_ws(' ', $48::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- MailedKeysService.invite

WITH changed AS (
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES ($1::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($2::text[]) AND true LIMIT 1), $3::text), $4, $5,
      $6::boolean, $7, $8, $9, $10,
      $11, $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM changed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $16::bigint, $17, $18, $19, $20, $21,
          f.subject, f.account_id, f.session_id, $22, $23,
          $24::smallint, $25::timestamptz, $26::timestamptz,
          $27::bigint, $28::bigint,
          $29::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT $30::text AS address, coalesce($31::text, a.language) AS language, f.account_id
    FROM changed f LEFT JOIN accounts a ON a.id = f.account_id),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $32::bigint, $33::bigint, r.account_id, $34,
      $35, r.address, r.language, $36, $37::timestamptz, $38::timestamptz,
      $39::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $40::bigint, $41::timestamptz, $42, v.outcome, $43, v.account_id, v.session_id, v.attempt_id,
      $44, $45, $46, CASE WHEN (v.outcome = ANY($47::text[]) OR (v.account_id IS NULL AND $48::text <> 'cli')) THEN md5(concat_ws(' ', $49::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM changed;

-- MailedKeysService.send

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN held f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $3::bigint, $4::bigint, r.account_id, $5,
      $6, r.address, r.language, $7, $8::timestamptz, $9::timestamptz,
      $10::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
spent_links AS (
      UPDATE attempts a SET status = CASE WHEN false THEN 'consumed' ELSE 'superseded' END, closed_at = $11::timestamptz
      FROM held f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY($12::text[])
        AND a.status = 'open' RETURNING a.id),
overtaken AS (
    UPDATE sessions s SET ended_at = $13::timestamptz, end_reason = 'superseded' FROM held f
    WHERE s.account_id = f.account_id AND s.protocol = $14 AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = $15  RETURNING s.id),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $16::bigint, $17, $18, $19, $20, $21,
          f.subject, f.account_id, f.session_id, $22, $23,
          $24::smallint, $25::timestamptz, $26::timestamptz,
          $27::bigint, $28::bigint,
          $29::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
verdict AS (SELECT 'done' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM attempt),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $30::bigint, $31::timestamptz, $32, v.outcome, $33, v.account_id, v.session_id, v.attempt_id,
      $34, $35, $36, CASE WHEN (v.outcome = ANY($37::text[]) OR (v.account_id IS NULL AND $38::text <> 'cli')) THEN md5(concat_ws(' ', $39::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM message;

-- MessagesRepository.claim

WITH due AS MATERIALIZED (
        SELECT id, expires_at <= $1::timestamptz AS dead FROM messages
        WHERE state = 'queued' AND next_try_at <= $2::timestamptz
          AND (leased_until IS NULL OR leased_until <= $3::timestamptz)
          AND id <> ALL($4::bigint[])
        ORDER BY next_try_at LIMIT $5 FOR UPDATE SKIP LOCKED
      )
      UPDATE messages m SET
        tries = CASE WHEN dead THEN tries ELSE tries % $6::smallint + 1 END,
        leased_until = CASE WHEN dead THEN NULL ELSE $7::timestamptz END,
        state = CASE WHEN dead THEN 'expired' ELSE state END,
        ended_at = CASE WHEN dead THEN $8::timestamptz END,
        facts_sealed = CASE WHEN dead THEN NULL ELSE facts_sealed END
      FROM due WHERE m.id = due.id
      RETURNING m.id, channel, template, recipient, language, facts_sealed AS "factsSealed", tries,
        expires_at AS "expiresAt", state;

-- MessagesRepository.settle

UPDATE messages SET
        state = $1,
        ended_at = $2::timestamptz,
        facts_sealed = CASE WHEN $3::boolean THEN NULL ELSE facts_sealed END,
        leased_until = NULL,
        next_try_at = LEAST($4::timestamptz, expires_at),
        last_error = COALESCE($5::text, last_error)
      WHERE id = $6::bigint AND tries = $7::smallint AND state = 'queued'
      RETURNING id;

-- NamesService.check

SELECT id::text AS id, email, username FROM accounts WHERE id > $1::bigint ORDER BY accounts.id LIMIT $2::int;

-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND false ORDER BY accounts.id LIMIT 1;

-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND accounts.email = $2 ORDER BY accounts.id LIMIT 1;

-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND accounts.phone = $2 ORDER BY accounts.id LIMIT 1;

-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND $2 IN (id::text, uuid::text) ORDER BY accounts.id LIMIT 1;

-- NamesService.judge

SELECT id::text AS id FROM accounts WHERE id <> $1::bigint AND accounts.email = ANY($2::text[]) ORDER BY accounts.id LIMIT 1;

-- NamesService.respell

WITH respelled AS (
    UPDATE accounts SET email = $1, updated_at = $2::timestamptz
    WHERE id = $3::bigint AND email = $4 AND NOT EXISTS (
      SELECT FROM accounts o WHERE o.id <> $5::bigint AND o.email = $6)
    RETURNING id AS account_id, security_stamp),
verdict AS (SELECT $7::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM respelled),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[]) OR (v.account_id IS NULL AND $16::text <> 'cli')) THEN md5(concat_ws(' ', $17::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM respelled;

-- NamesService.respell

WITH respelled AS (
    UPDATE accounts SET email = $1, updated_at = $2::timestamptz
    WHERE id = $3::bigint AND email = $4 AND NOT EXISTS (
      SELECT FROM accounts o WHERE o.id <> $5::bigint AND o.email = ANY($6::text[]))
    RETURNING id AS account_id, security_stamp),
verdict AS (SELECT $7::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM respelled),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[]) OR (v.account_id IS NULL AND $16::text <> 'cli')) THEN md5(concat_ws(' ', $17::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM respelled;

-- NavixyCodeService.verify

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM pending) AND a.kind = $6 AND a.method = $7 AND a.purpose = $8 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $9::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $10::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($11::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($12::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($13::text[]))) OR a.tries_left = 1 THEN $14::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $15 AND a.status = 'open' AND a.expires_at > $16::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $17::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $18::timestamptz THEN 'expired'
        WHEN t.kind <> $19 THEN 'other_kind' WHEN b.spent >= $20::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $21::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $22::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $23, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $24::text),
        signed_in_at = $25::timestamptz, expires_at = $26::timestamptz
      FROM proven v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM pending) AS pending;

-- NavixyCodeService.verify

WITH pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s
      WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($5::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM pending) AND a.kind = $6 AND a.method = $7 AND a.purpose = $8 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $9::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $10::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN pending f USING (account_id)
      WHERE t.secret_sealed = $11::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($12::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($13::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($14::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $15::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $16 AND a.status = 'open' AND a.expires_at > $17::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $18::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $19::timestamptz THEN 'expired'
        WHEN t.kind <> $20 THEN 'other_kind' WHEN b.spent >= $21::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $22::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $23::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $24::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
proven AS (SELECT account_id, security_stamp, outcome, method, session_id FROM verdict WHERE outcome = 'redeemed'),
promoted AS (
      UPDATE sessions s SET stage = 'signed_in', token_hash = $25, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', $26::text),
        signed_in_at = $27::timestamptz, expires_at = $28::timestamptz
      FROM proven v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[]) OR (v.account_id IS NULL AND $37::text <> 'cli')) THEN md5(concat_ws(' ', $38::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM pending) AS pending;

-- NavixySignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $26::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($27::text[])
        ORDER BY array_position($28::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $29::bigint, $30::timestamptz, $31, v.outcome, $32, v.account_id, v.session_id, v.attempt_id,
      $33, $34, $35, CASE WHEN (v.outcome = ANY($36::text[]) OR (v.account_id IS NULL AND $37::text <> 'cli')) THEN md5(concat_ws(' ', $38::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- NavixySignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $26::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $27::bigint, $28, $29, $30, $31, $32,
          f.subject, f.account_id, f.session_id, $33, $34,
          $35::smallint, $36::timestamptz, $37::timestamptz,
          $38::bigint, $39::bigint,
          $40::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($41::text[])
        ORDER BY array_position($42::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- NavixySignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $26::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $27::bigint, $28, $29, $30, $31, $32,
          f.subject, f.account_id, f.session_id, $33, $34,
          $35::smallint, $36::timestamptz, $37::timestamptz,
          $38::bigint, $39::bigint,
          $40::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $41::bigint, $42::bigint, r.account_id, $43,
      $44, r.address, r.language, $45, $46::timestamptz, $47::timestamptz,
      $48::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($49::text[])
        ORDER BY array_position($50::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $51::bigint, $52::timestamptz, $53, v.outcome, $54, v.account_id, v.session_id, v.attempt_id,
      $55, $56, $57, CASE WHEN (v.outcome = ANY($58::text[]) OR (v.account_id IS NULL AND $59::text <> 'cli')) THEN md5(concat_ws(' ', $60::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- NavixySignInService.open

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
surplus AS (
    UPDATE sessions SET ended_at = $3::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $4::timestamptz DESC,
            l.client_address = $5, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $6::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN held f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $7::int ELSE $8::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $9::bigint, f.account_id, $10, $11::text, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN ($18::text) = 'signed_in' THEN $19::timestamptz END, $20::timestamptz,
      CASE WHEN ($21::text) = 'signed_in' THEN $22::timestamptz ELSE $23::timestamptz END, $24,
      $25::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM held f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
verdict AS (SELECT $26::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $27::bigint, $28, $29, $30, $31, $32,
          f.subject, f.account_id, f.session_id, $33, $34,
          $35::smallint, $36::timestamptz, $37::timestamptz,
          $38::bigint, $39::bigint,
          $40::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $41::bigint, $42::bigint, r.account_id, $43,
      $44, r.address, r.language, $45, $46::timestamptz, $47::timestamptz,
      $48::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($49::text[])
        ORDER BY array_position($50::text[], key) FOR UPDATE) RETURNING key),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $51::bigint, $52::timestamptz, $53, v.outcome, $54, v.account_id, v.session_id, v.attempt_id,
      $55, $56, $57, CASE WHEN (v.outcome = ANY($58::text[]) OR (v.account_id IS NULL AND $59::text <> 'cli')) THEN md5(concat_ws(' ', $60::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- Outbox.backlog

SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued';

-- Outbox.writableBacklog

WITH queued AS (SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued'),
writable AS (SELECT FROM messages WHERE false FOR UPDATE)
SELECT (SELECT messages FROM queued) AS messages, (SELECT oldest FROM queued) AS oldest, EXISTS (SELECT FROM writable) AS writable;

-- PasswordCheck.countAndFind

WITH who AS (
      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.password_hash, coalesce('account ' || a.id, $1) AS login
      FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM accounts WHERE accounts.email = $2 ) a ON true),
failure AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login || $3, w.login, 1, $4::timestamptz FROM who w
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $5::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $6::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $7::int THEN coalesce($8::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $9::timestamptz AS over) w)
    RETURNING f.locked_until),
failure_2 AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login, w.login, 1, $10::timestamptz FROM who w CROSS JOIN failure h WHERE $11::boolean OR h.locked_until IS NULL
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $12::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $13::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $14::int THEN coalesce($15::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $16::timestamptz AS over) w)
    RETURNING f.locked_until)

      SELECT w.*, greatest(
        (SELECT locked_until FROM failure WHERE NOT $17::boolean), (SELECT locked_until FROM failure_2),
        (SELECT f.locked_until FROM password_failures f WHERE f.key = w.login AND f.locked_until > $18::timestamptz)
      ) AS locked_until
      FROM who w;

-- PasswordCheck.countAndFind

WITH who AS (
      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.password_hash, coalesce('account ' || a.id, $1) AS login
      FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM accounts WHERE accounts.phone = $2 ) a ON true),
failure AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login || $3, w.login, 1, $4::timestamptz FROM who w
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $5::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $6::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $7::int THEN coalesce($8::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $9::timestamptz AS over) w)
    RETURNING f.locked_until),
failure_2 AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login, w.login, 1, $10::timestamptz FROM who w CROSS JOIN failure h WHERE $11::boolean OR h.locked_until IS NULL
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $12::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $13::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $14::int THEN coalesce($15::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $16::timestamptz AS over) w)
    RETURNING f.locked_until)

      SELECT w.*, greatest(
        (SELECT locked_until FROM failure WHERE NOT $17::boolean), (SELECT locked_until FROM failure_2),
        (SELECT f.locked_until FROM password_failures f WHERE f.key = w.login AND f.locked_until > $18::timestamptz)
      ) AS locked_until
      FROM who w;

-- PasswordCheck.countAndFind

WITH who AS (
      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.password_hash, coalesce('account ' || a.id, $1) AS login
      FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM accounts WHERE accounts.username = $2 ) a ON true),
failure AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login || $3, w.login, 1, $4::timestamptz FROM who w
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $5::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $6::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $7::int THEN coalesce($8::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $9::timestamptz AS over) w)
    RETURNING f.locked_until),
failure_2 AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login, w.login, 1, $10::timestamptz FROM who w CROSS JOIN failure h WHERE $11::boolean OR h.locked_until IS NULL
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $12::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $13::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $14::int THEN coalesce($15::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $16::timestamptz AS over) w)
    RETURNING f.locked_until)

      SELECT w.*, greatest(
        (SELECT locked_until FROM failure WHERE NOT $17::boolean), (SELECT locked_until FROM failure_2),
        (SELECT f.locked_until FROM password_failures f WHERE f.key = w.login AND f.locked_until > $18::timestamptz)
      ) AS locked_until
      FROM who w;

-- PasswordCheck.countAndFind

WITH who AS (
      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at, a.password_hash, coalesce('account ' || a.id, $1) AS login
      FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM accounts WHERE accounts.email = ANY($2::text[]) ORDER BY array_position($3::text[], email) LIMIT 1) a ON true),
failure AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login || $4, w.login, 1, $5::timestamptz FROM who w
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $6::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $7::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $8::int THEN coalesce($9::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $10::timestamptz AS over) w)
    RETURNING f.locked_until),
failure_2 AS (
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT w.login, w.login, 1, $11::timestamptz FROM who w CROSS JOIN failure h WHERE $12::boolean OR h.locked_until IS NULL
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > $13::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > $14::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > $15::int THEN coalesce($16::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= $17::timestamptz AS over) w)
    RETURNING f.locked_until)

      SELECT w.*, greatest(
        (SELECT locked_until FROM failure WHERE NOT $18::boolean), (SELECT locked_until FROM failure_2),
        (SELECT f.locked_until FROM password_failures f WHERE f.key = w.login AND f.locked_until > $19::timestamptz)
      ) AS locked_until
      FROM who w;

-- PasswordCheck.lockedUntil

SELECT max(locked_until) AS until FROM password_failures
      WHERE login = $1 AND locked_until > $2::timestamptz;

-- PasswordTokenService.begin

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
starting AS (SELECT account_id, security_stamp, $3::text AS stage FROM held),
surplus AS (
    UPDATE sessions SET ended_at = $4::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $5::timestamptz DESC,
            l.client_address = $6, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $7::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $8::int ELSE $9::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $10::bigint, f.account_id, $11, f.stage, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($24::text[])
        ORDER BY array_position($25::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $26::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $27::bigint, $28::timestamptz, $29, v.outcome, $30, v.account_id, v.session_id, v.attempt_id,
      $31, $32, $33, CASE WHEN (v.outcome = ANY($34::text[]) OR (v.account_id IS NULL AND $35::text <> 'cli')) THEN md5(concat_ws(' ', $36::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM with_account;

-- PasswordTokenService.begin

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
starting AS (SELECT account_id, security_stamp, $3::text AS stage FROM held),
surplus AS (
    UPDATE sessions SET ended_at = $4::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $5::timestamptz DESC,
            l.client_address = $6, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $7::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $8::int ELSE $9::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $10::bigint, f.account_id, $11, f.stage, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($38::text[])
        ORDER BY array_position($39::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $40::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $41::bigint, $42::timestamptz, $43, v.outcome, $44, v.account_id, v.session_id, v.attempt_id,
      $45, $46, $47, CASE WHEN (v.outcome = ANY($48::text[]) OR (v.account_id IS NULL AND $49::text <> 'cli')) THEN md5(concat_ws(' ', $50::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM with_account;

-- PasswordTokenService.begin

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
starting AS (SELECT account_id, security_stamp, $3::text AS stage FROM held),
surplus AS (
    UPDATE sessions SET ended_at = $4::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $5::timestamptz DESC,
            l.client_address = $6, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $7::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $8::int ELSE $9::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $10::bigint, f.account_id, $11, f.stage, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $38::bigint, $39::bigint, r.account_id, $40,
      $41, r.address, r.language, $42, $43::timestamptz, $44::timestamptz,
      $45::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($46::text[])
        ORDER BY array_position($47::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $48::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $49::bigint, $50::timestamptz, $51, v.outcome, $52, v.account_id, v.session_id, v.attempt_id,
      $53, $54, $55, CASE WHEN (v.outcome = ANY($56::text[]) OR (v.account_id IS NULL AND $57::text <> 'cli')) THEN md5(concat_ws(' ', $58::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM with_account;

-- PasswordTokenService.begin

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
starting AS (SELECT account_id, security_stamp, $3::text AS stage FROM held),
surplus AS (
    UPDATE sessions SET ended_at = $4::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $5::timestamptz DESC,
            l.client_address = $6, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $7::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $8::int ELSE $9::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $10::bigint, f.account_id, $11, f.stage, $12, jsonb_build_array(jsonb_build_object('method', $13::text, 'at', $14::text)), $15, $16,
      $17::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $18::timestamptz END, $19::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $20::timestamptz ELSE $21::timestamptz END, $22,
      $23::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM session f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM session f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN session f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $38::bigint, $39::bigint, r.account_id, $40,
      $41, r.address, r.language, $42, $43::timestamptz, $44::timestamptz,
      $45::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($46::text[])
        ORDER BY array_position($47::text[], key) FOR UPDATE) RETURNING key),
verdict AS (SELECT $48::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM session),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $49::bigint, $50::timestamptz, $51, v.outcome, $52, v.account_id, v.session_id, v.attempt_id,
      $53, $54, $55, CASE WHEN (v.outcome = ANY($56::text[]) OR (v.account_id IS NULL AND $57::text <> 'cli')) THEN md5(concat_ws(' ', $58::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM with_account;

-- PostgresThrottlerStorage.purge

WITH over AS (
        SELECT key FROM request_limits WHERE expires_at <= $1::timestamptz
        ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM request_limits WHERE key IN (SELECT key FROM over) RETURNING 1)
      SELECT count(*)::int AS count FROM gone;

-- PostgresThrottlerStorage.run

WITH nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $1::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $2::timestamptz ELSE $3::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $4::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $5::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $6::int AND EXCLUDED.hits = 1 THEN coalesce($7::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $8::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $9::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN NULL::json END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $1::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $2::timestamptz ELSE $3::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $4::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $5::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $6::int AND EXCLUDED.hits = 1 THEN coalesce($7::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $8::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $9::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
admitted AS (SELECT FROM link WHERE NOT refused),
made AS (
      INSERT INTO browser_sessions (id, token_hash, rotated_at, created_at, expires_at)
      SELECT $10::bigint, $11, $12::timestamptz, $13::timestamptz, $14::timestamptz
      FROM admitted RETURNING id::text AS id),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM made AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id::text AS id, a.email, a.username, a.phone, a.language, a.created_at, a.activated_at
    FROM session s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $5::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $6::timestamptz ELSE $7::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $8::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $9::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $10::int AND EXCLUDED.hits = 1 THEN coalesce($11::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $12::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $13::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM account AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
profile AS (
    SELECT a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at, a.language FROM session s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $5::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $6::timestamptz ELSE $7::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $8::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $9::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $10::int AND EXCLUDED.hits = 1 THEN coalesce($11::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $12::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $13::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM profile AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link_2 AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $1::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $2::timestamptz ELSE $3::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $4::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $5::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $6::int AND EXCLUDED.hits = 1 THEN coalesce($7::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $8::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $9::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $10::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $11::timestamptz ELSE $12::timestamptz END
      FROM link_2
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $13::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $14::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $15::int AND EXCLUDED.hits = 1 THEN coalesce($16::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $17::int OR (SELECT refused FROM link_2) AS refused,
      greatest(CASE WHEN hits >= $18::int THEN expires_at END, (SELECT free_at FROM link_2)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN NULL::json END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH session AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id::text AS id, a.email, a.username, a.phone, a.language, a.created_at, a.activated_at
    FROM session s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link_2 AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $5::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $6::timestamptz ELSE $7::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $8::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $9::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $10::int AND EXCLUDED.hits = 1 THEN coalesce($11::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $12::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $13::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $14::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $15::timestamptz ELSE $16::timestamptz END
      FROM link_2
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $17::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $18::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $19::int AND EXCLUDED.hits = 1 THEN coalesce($20::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $21::int OR (SELECT refused FROM link_2) AS refused,
      greatest(CASE WHEN hits >= $22::int THEN expires_at END, (SELECT free_at FROM link_2)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM account AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
with_factor AS (
    SELECT f.session_id::text AS session_id, a.id::text AS account_id, a.second_factor,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = a.id) AS totp_secret
    FROM owner f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link_2 AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $5::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $6::timestamptz ELSE $7::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $8::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $9::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $10::int AND EXCLUDED.hits = 1 THEN coalesce($11::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $12::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $13::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $14::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $15::timestamptz ELSE $16::timestamptz END
      FROM link_2
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $17::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $18::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $19::int AND EXCLUDED.hits = 1 THEN coalesce($20::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $21::int OR (SELECT refused FROM link_2) AS refused,
      greatest(CASE WHEN hits >= $22::int THEN expires_at END, (SELECT free_at FROM link_2)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM with_factor AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- PostgresThrottlerStorage.run

WITH browser_view AS (
    SELECT b.id::text AS id, b.expires_at, b.token_hash <> $1 AS late, b.active_session_id::text AS active_id,
      EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id AND s.signed_in_at > b.rotated_at
        AND s.ended_at IS NULL AND s.expires_at > $2::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)) AS stale,
      coalesce((
    SELECT json_agg(json_build_object('id', a.id::text, 'kind', a.kind, 'method', a.method, 'created_at', a.created_at,
      'expires_at', a.expires_at, 'stage', s.stage,
      'live', coalesce(s.ended_at IS NULL AND s.expires_at > $3::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp), false), 'factor', x.second_factor,
      'email', u.email, 'username', u.username, 'phone', u.phone, 'email_taken', coalesce(u.email_taken, false),
      'phone_taken', coalesce(u.phone_taken, false),
      'email_proven', u.email_proven_at IS NOT NULL, 'phone_proven', u.phone_proven_at IS NOT NULL,
      'completed', coalesce(s.stage = 'signed_in', false) OR u.completed_at IS NOT NULL) ORDER BY a.id)
    FROM (SELECT * FROM browser_attempts WHERE browser_session_id = b.id ORDER BY id DESC LIMIT $4::int) a
    LEFT JOIN sessions s ON s.browser_attempt_id = a.id
    LEFT JOIN accounts x ON x.id = a.account_id AND x.disabled_at IS NULL
    LEFT JOIN sign_ups u ON u.id = a.id), '[]') AS attempts, coalesce((
    SELECT json_agg(json_build_object('id', s.id::text, 'user_id', s.account_id::text, 'created_at', s.signed_in_at,
      'amr', jsonb_path_query_array(s.amr, '$[*].method')) ORDER BY s.signed_in_at, s.id)
    FROM sessions s JOIN accounts x ON x.id = s.account_id
    WHERE s.browser_session_id = b.id AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > $5::timestamptz AND x.security_stamp <= s.security_stamp AND x.disabled_at IS NULL), '[]') AS sign_ins
    FROM browser_sessions b WHERE (b.token_hash = $6 OR b.previous_token_hash = $7 AND b.rotated_at > $8::timestamptz)
      AND b.expires_at > $9::timestamptz),
nothing AS (SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at),
link AS (
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT $10::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN $11::timestamptz ELSE $12::timestamptz END
      FROM nothing
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= $13::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= $14::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = $15::int AND EXCLUDED.hits = 1 THEN coalesce($16::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > $17::int OR (SELECT refused FROM nothing) AS refused,
      greatest(CASE WHEN hits >= $18::int THEN expires_at END, (SELECT free_at FROM nothing)) AS free_at),
counted AS (SELECT l.*, CASE WHEN NOT l.refused THEN (SELECT row_to_json(answer) FROM browser_view AS answer LIMIT 1) END AS found FROM link l)
SELECT * FROM counted;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow_2 AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
flow AS (SELECT s.id, $6::text AS subject, s.account_id, s.session_id FROM flow_2 s),
subject_2 AS (SELECT $7::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $8::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $9, $10::timestamptz, 1, $11::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $12::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $13::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $17 AND NOT (w.next_at <= $18::timestamptz AND (w.window_ends_at <= $19::timestamptz
      OR w.sent < coalesce($20::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $21::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $22, $23::timestamptz, 1, $24::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $25::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $26::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $30::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $39::timestamptz,
      status = CASE WHEN a.expires_at <= $40::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT u.email AS address, u.language, NULL::bigint AS account_id, NULL::int AS security_stamp,
      u.email_taken AS refused
    FROM sign_ups u JOIN flow f USING (id)),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $41::bigint, $42, $43, $44, $45, $46,
          f.subject, f.account_id, f.session_id, $47, $48,
          $49::smallint, $50::timestamptz, $51::timestamptz,
          $52::bigint, $53::bigint,
          $54::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $55 AND NOT (w.next_at <= $56::timestamptz AND (w.window_ends_at <= $57::timestamptz
      OR w.sent < coalesce($58::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $59::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $60),
of_network_2 AS (SELECT (f.subject || ' from ' || $61::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $69),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $70::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $71::bigint, $72::bigint, r.account_id, $73,
      $74, r.address, r.language, $75, $76::timestamptz, $77::timestamptz,
      $78::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $79::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $80::bigint, $81::bigint, r.account_id, $82,
      $83, r.address, r.language, $84, $85::timestamptz, $86::timestamptz,
      $87::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $88::bigint, $89::timestamptz, $90, v.outcome, $91, v.account_id, v.session_id, v.attempt_id,
      $92, $93, $94, CASE WHEN (v.outcome = ANY($95::text[]) OR (v.account_id IS NULL AND $96::text <> 'cli')) THEN md5(concat_ws(' ', $97::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow_2 AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
flow AS (SELECT s.id, $6::text AS subject, s.account_id, s.session_id FROM flow_2 s),
subject_2 AS (SELECT $7::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $8::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $9, $10::timestamptz, 1, $11::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $12::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $13::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $14::timestamptz AND (w.window_ends_at <= $15::timestamptz
      OR w.sent < coalesce($16::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $17 AND NOT (w.next_at <= $18::timestamptz AND (w.window_ends_at <= $19::timestamptz
      OR w.sent < coalesce($20::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $21::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $22, $23::timestamptz, 1, $24::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $25::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $26::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $30::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $31, $32::timestamptz, 1, $33::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $34::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $35::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $36::timestamptz AND (w.window_ends_at <= $37::timestamptz
      OR w.sent < coalesce($38::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $39::timestamptz,
      status = CASE WHEN a.expires_at <= $40::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT u.phone AS address, u.language, NULL::bigint AS account_id, NULL::int AS security_stamp,
      u.phone_taken AS refused
    FROM sign_ups u JOIN flow f USING (id)),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $41::bigint, $42, $43, $44, $45, $46,
          f.subject, f.account_id, f.session_id, $47, $48,
          $49::smallint, $50::timestamptz, $51::timestamptz,
          $52::bigint, $53::bigint,
          $54::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $55 AND NOT (w.next_at <= $56::timestamptz AND (w.window_ends_at <= $57::timestamptz
      OR w.sent < coalesce($58::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $59::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $60),
of_network_2 AS (SELECT (f.subject || ' from ' || $61::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $62 AND NOT (w.next_at <= $63::timestamptz AND (w.window_ends_at <= $64::timestamptz
      OR w.sent < coalesce($65::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $66::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $67),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $69),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $70::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $71::bigint, $72::bigint, r.account_id, $73,
      $74, r.address, r.language, $75, $76::timestamptz, $77::timestamptz,
      $78::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $79::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $80::bigint, $81::bigint, r.account_id, $82,
      $83, r.address, r.language, $84, $85::timestamptz, $86::timestamptz,
      $87::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $88::bigint, $89::timestamptz, $90, v.outcome, $91, v.account_id, v.session_id, v.attempt_id,
      $92, $93, $94, CASE WHEN (v.outcome = ANY($95::text[]) OR (v.account_id IS NULL AND $96::text <> 'cli')) THEN md5(concat_ws(' ', $97::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
subject_2 AS (SELECT $6::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $7::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $16 AND NOT (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $20::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $29::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $30, $31::timestamptz, 1, $32::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $33::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $34::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $35::timestamptz AND (w.window_ends_at <= $36::timestamptz
      OR w.sent < coalesce($37::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $38::timestamptz,
      status = CASE WHEN a.expires_at <= $39::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.email AS address, a.language, a.id AS account_id,
      a.security_stamp, ($40::boolean AND (a.second_factor = $41 OR $42 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.email IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $57 AND NOT (w.next_at <= $58::timestamptz AND (w.window_ends_at <= $59::timestamptz
      OR w.sent < coalesce($60::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $61::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $62),
of_network_2 AS (SELECT (f.subject || ' from ' || $63::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $64 AND NOT (w.next_at <= $65::timestamptz AND (w.window_ends_at <= $66::timestamptz
      OR w.sent < coalesce($67::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $69),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $71),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $72::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $73::bigint, $74::bigint, r.account_id, $75,
      $76, r.address, r.language, $77, $78::timestamptz, $79::timestamptz,
      $80::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $81::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $82::bigint, $83::bigint, r.account_id, $84,
      $85, r.address, r.language, $86, $87::timestamptz, $88::timestamptz,
      $89::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $90::bigint, $91::timestamptz, $92, v.outcome, $93, v.account_id, v.session_id, v.attempt_id,
      $94, $95, $96, CASE WHEN (v.outcome = ANY($97::text[]) OR (v.account_id IS NULL AND $98::text <> 'cli')) THEN md5(concat_ws(' ', $99::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
subject_2 AS (SELECT $6::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $7::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $16 AND NOT (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $20::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $29::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $30, $31::timestamptz, 1, $32::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $33::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $34::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $35::timestamptz AND (w.window_ends_at <= $36::timestamptz
      OR w.sent < coalesce($37::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $38::timestamptz,
      status = CASE WHEN a.expires_at <= $39::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.phone AS address, a.language, a.id AS account_id,
      a.security_stamp, ($40::boolean AND (a.second_factor = $41 OR $42 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.phone IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $57 AND NOT (w.next_at <= $58::timestamptz AND (w.window_ends_at <= $59::timestamptz
      OR w.sent < coalesce($60::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $61::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $62),
of_network_2 AS (SELECT (f.subject || ' from ' || $63::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $64 AND NOT (w.next_at <= $65::timestamptz AND (w.window_ends_at <= $66::timestamptz
      OR w.sent < coalesce($67::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $69),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $71),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $72::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $73::bigint, $74::bigint, r.account_id, $75,
      $76, r.address, r.language, $77, $78::timestamptz, $79::timestamptz,
      $80::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $81::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $82::bigint, $83::bigint, r.account_id, $84,
      $85, r.address, r.language, $86, $87::timestamptz, $88::timestamptz,
      $89::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $90::bigint, $91::timestamptz, $92, v.outcome, $93, v.account_id, v.session_id, v.attempt_id,
      $94, $95, $96, CASE WHEN (v.outcome = ANY($97::text[]) OR (v.account_id IS NULL AND $98::text <> 'cli')) THEN md5(concat_ws(' ', $99::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
subject_2 AS (SELECT $8::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $9::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $10, $11::timestamptz, 1, $12::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $13::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $14::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $15::timestamptz AND (w.window_ends_at <= $16::timestamptz
      OR w.sent < coalesce($17::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $18 AND NOT (w.next_at <= $19::timestamptz AND (w.window_ends_at <= $20::timestamptz
      OR w.sent < coalesce($21::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $22::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $23, $24::timestamptz, 1, $25::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $26::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $27::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $28::timestamptz AND (w.window_ends_at <= $29::timestamptz
      OR w.sent < coalesce($30::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $31::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $32, $33::timestamptz, 1, $34::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $35::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $36::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $37::timestamptz AND (w.window_ends_at <= $38::timestamptz
      OR w.sent < coalesce($39::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $40::timestamptz,
      status = CASE WHEN a.expires_at <= $41::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.email AS address, a.language, a.id AS account_id,
      a.security_stamp, ($42::boolean AND (a.second_factor = $43 OR $44 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.email IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $59 AND NOT (w.next_at <= $60::timestamptz AND (w.window_ends_at <= $61::timestamptz
      OR w.sent < coalesce($62::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $63::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $64),
of_network_2 AS (SELECT (f.subject || ' from ' || $65::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $66 AND NOT (w.next_at <= $67::timestamptz AND (w.window_ends_at <= $68::timestamptz
      OR w.sent < coalesce($69::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $71),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $72::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $73),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $74::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $75::bigint, $76::bigint, r.account_id, $77,
      $78, r.address, r.language, $79, $80::timestamptz, $81::timestamptz,
      $82::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $83::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $84::bigint, $85::bigint, r.account_id, $86,
      $87, r.address, r.language, $88, $89::timestamptz, $90::timestamptz,
      $91::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $92::bigint, $93::timestamptz, $94, v.outcome, $95, v.account_id, v.session_id, v.attempt_id,
      $96, $97, $98, CASE WHEN (v.outcome = ANY($99::text[]) OR (v.account_id IS NULL AND $100::text <> 'cli')) THEN md5(concat_ws(' ', $101::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
subject_2 AS (SELECT $8::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $9::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $10, $11::timestamptz, 1, $12::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $13::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $14::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $15::timestamptz AND (w.window_ends_at <= $16::timestamptz
      OR w.sent < coalesce($17::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $18 AND NOT (w.next_at <= $19::timestamptz AND (w.window_ends_at <= $20::timestamptz
      OR w.sent < coalesce($21::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $22::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $23, $24::timestamptz, 1, $25::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $26::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $27::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $28::timestamptz AND (w.window_ends_at <= $29::timestamptz
      OR w.sent < coalesce($30::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $31::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $32, $33::timestamptz, 1, $34::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $35::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $36::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $37::timestamptz AND (w.window_ends_at <= $38::timestamptz
      OR w.sent < coalesce($39::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $40::timestamptz,
      status = CASE WHEN a.expires_at <= $41::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.phone AS address, a.language, a.id AS account_id,
      a.security_stamp, ($42::boolean AND (a.second_factor = $43 OR $44 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.phone IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $45::bigint, $46, $47, $48, $49, $50,
          f.subject, f.account_id, f.session_id, $51, $52,
          $53::smallint, $54::timestamptz, $55::timestamptz,
          $56::bigint, $57::bigint,
          $58::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $59 AND NOT (w.next_at <= $60::timestamptz AND (w.window_ends_at <= $61::timestamptz
      OR w.sent < coalesce($62::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $63::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $64),
of_network_2 AS (SELECT (f.subject || ' from ' || $65::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $66 AND NOT (w.next_at <= $67::timestamptz AND (w.window_ends_at <= $68::timestamptz
      OR w.sent < coalesce($69::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $71),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $72::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $73),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $74::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $75::bigint, $76::bigint, r.account_id, $77,
      $78, r.address, r.language, $79, $80::timestamptz, $81::timestamptz,
      $82::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $83::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $84::bigint, $85::bigint, r.account_id, $86,
      $87, r.address, r.language, $88, $89::timestamptz, $90::timestamptz,
      $91::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $92::bigint, $93::timestamptz, $94, v.outcome, $95, v.account_id, v.session_id, v.attempt_id,
      $96, $97, $98, CASE WHEN (v.outcome = ANY($99::text[]) OR (v.account_id IS NULL AND $100::text <> 'cli')) THEN md5(concat_ws(' ', $101::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- PrepareService.prepare

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
flow AS (
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = $4::bigint AND a.expires_at > $5::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)),
subject_2 AS (SELECT $6::text || f.subject AS subject FROM flow f),
subject_3 AS (SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || $7::text AS subject FROM flow f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM subject_3 f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1)))
    RETURNING w.subject),
subject AS (SELECT r.subject FROM subject_2 r WHERE EXISTS (SELECT FROM window_taken_2)),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $16 AND NOT (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $20::text) AS subject FROM free f),
window_taken_3 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $29::text) IN (SELECT subject FROM window_taken_3)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $30, $31::timestamptz, 1, $32::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $33::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $34::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $35::timestamptz AND (w.window_ends_at <= $36::timestamptz
      OR w.sent < coalesce($37::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM window_taken)),
closed AS (
    UPDATE attempts a SET closed_at = $38::timestamptz,
      status = CASE WHEN a.expires_at <= $39::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.browser_attempt_id IN (SELECT id FROM allowed) AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id),
contact AS (
    SELECT a.email AS address, a.language, a.id AS account_id,
      a.security_stamp, ($40::boolean AND (a.second_factor = $41 OR $42 = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.email IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL),
opening AS (
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f CROSS JOIN (SELECT count(*) FROM closed) done LEFT JOIN contact c ON NOT c.refused),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $43::bigint, $44, $45, $46, $47, $48,
          f.subject, f.account_id, f.session_id, $49, $50,
          $51::smallint, $52::timestamptz, $53::timestamptz,
          $54::bigint, $55::bigint,
          $56::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true),
refused_2 AS (
    SELECT f.subject FROM subject_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $57 AND NOT (w.next_at <= $58::timestamptz AND (w.window_ends_at <= $59::timestamptz
      OR w.sent < coalesce($60::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $61::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $62),
of_network_2 AS (SELECT (f.subject || ' from ' || $63::text) AS subject FROM subject_2 f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $64 AND NOT (w.next_at <= $65::timestamptz AND (w.window_ends_at <= $66::timestamptz
      OR w.sent < coalesce($67::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $68::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $69),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
waiting_3 AS (
    SELECT CASE WHEN w.next_at > $70::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN subject_3 f ON w.subject = f.subject WHERE w.purpose = $71),
next AS (
        SELECT next_at FROM strangers_waiting WHERE EXISTS (SELECT FROM window_taken_2)
        UNION ALL
        SELECT next_at FROM waiting_3 WHERE NOT EXISTS (SELECT FROM window_taken_2)),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $72::bigint, $73, $74, $75, $76, $77,
          f.subject, f.account_id, f.session_id, $78, $79,
          $80::smallint, $81::timestamptz, $82::timestamptz,
          $83::bigint, $84::bigint,
          $85::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $86::boolean),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $87::bigint, $88::bigint, r.account_id, $89,
      $90, r.address, r.language, $91, $92::timestamptz, $93::timestamptz,
      $94::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = $95::boolean),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $96::bigint, $97::bigint, r.account_id, $98,
      $99, r.address, r.language, $100, $101::timestamptz, $102::timestamptz,
      $103::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $104::bigint, $105::timestamptz, $106, v.outcome, $107, v.account_id, v.session_id, v.attempt_id,
      $108, $109, $110, CASE WHEN (v.outcome = ANY($111::text[]) OR (v.account_id IS NULL AND $112::text <> 'cli')) THEN md5(concat_ws(' ', $113::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM next) AS next_at;

-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $7 AND NOT (w.next_at <= $8::timestamptz AND (w.window_ends_at <= $9::timestamptz
      OR w.sent < coalesce($10::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $11::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $20::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($43::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $45),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $46::bigint, $47::bigint, r.account_id, $48,
      $49, r.address, r.language, $50, $51::timestamptz, $52::timestamptz,
      $53::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $54),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $55::bigint, $56::bigint, r.account_id, $57,
      $58, r.address, r.language, $59, $60::timestamptz, $61::timestamptz,
      $62::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $63::bigint, $64::timestamptz, $65, v.outcome, $66, v.account_id, v.session_id, v.attempt_id,
      $67, $68, $69, CASE WHEN (v.outcome = ANY($70::text[]) OR (v.account_id IS NULL AND $71::text <> 'cli')) THEN md5(concat_ws(' ', $72::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.phone = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $7 AND NOT (w.next_at <= $8::timestamptz AND (w.window_ends_at <= $9::timestamptz
      OR w.sent < coalesce($10::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $11::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $20::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($43::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $45),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $46::bigint, $47::bigint, r.account_id, $48,
      $49, r.address, r.language, $50, $51::timestamptz, $52::timestamptz,
      $53::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $54),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $55::bigint, $56::bigint, r.account_id, $57,
      $58, r.address, r.language, $59, $60::timestamptz, $61::timestamptz,
      $62::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $63::bigint, $64::timestamptz, $65, v.outcome, $66, v.account_id, v.session_id, v.attempt_id,
      $67, $68, $69, CASE WHEN (v.outcome = ANY($70::text[]) OR (v.account_id IS NULL AND $71::text <> 'cli')) THEN md5(concat_ws(' ', $72::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $7 AND NOT (w.next_at <= $8::timestamptz AND (w.window_ends_at <= $9::timestamptz
      OR w.sent < coalesce($10::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $11::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $20::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($43::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $45),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $46::bigint, $47::bigint, r.account_id, $48,
      $49, r.address, r.language, $50, $51::timestamptz, $52::timestamptz,
      $53::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $54),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $55::bigint, $56::bigint, r.account_id, $57,
      $58, r.address, r.language, $59, $60::timestamptz, $61::timestamptz,
      $62::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $63::bigint, $64::timestamptz, $65, v.outcome, $66, v.account_id, v.session_id, v.attempt_id,
      $67, $68, $69, CASE WHEN (v.outcome = ANY($70::text[]) OR (v.account_id IS NULL AND $71::text <> 'cli')) THEN md5(concat_ws(' ', $72::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = ANY($1::text[]) AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true ORDER BY array_position($6::text[], email) LIMIT 1 FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $7::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $8 AND NOT (w.next_at <= $9::timestamptz AND (w.window_ends_at <= $10::timestamptz
      OR w.sent < coalesce($11::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $12::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $13, $14::timestamptz, 1, $15::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $16::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $17::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $18::timestamptz AND (w.window_ends_at <= $19::timestamptz
      OR w.sent < coalesce($20::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $21::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $22, $23::timestamptz, 1, $24::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $25::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $26::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $27::timestamptz AND (w.window_ends_at <= $28::timestamptz
      OR w.sent < coalesce($29::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $30::bigint, $31, $32, $33, $34, $35,
          f.subject, f.account_id, f.session_id, $36, $37,
          $38::smallint, $39::timestamptz, $40::timestamptz,
          $41::bigint, $42::bigint,
          $43::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($45::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $46),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $47::bigint, $48::bigint, r.account_id, $49,
      $50, r.address, r.language, $51, $52::timestamptz, $53::timestamptz,
      $54::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $55),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $56::bigint, $57::bigint, r.account_id, $58,
      $59, r.address, r.language, $60, $61::timestamptz, $62::timestamptz,
      $63::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $64::bigint, $65::timestamptz, $66, v.outcome, $67, v.account_id, v.session_id, v.attempt_id,
      $68, $69, $70, CASE WHEN (v.outcome = ANY($71::text[]) OR (v.account_id IS NULL AND $72::text <> 'cli')) THEN md5(concat_ws(' ', $73::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryCodeService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND (accounts.second_factor <> 'email' AND NOT EXISTS (
  SELECT FROM credentials c WHERE c.account_id = accounts.id AND c.revoked_at IS NULL))  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $7 AND NOT (w.next_at <= $8::timestamptz AND (w.window_ends_at <= $9::timestamptz
      OR w.sent < coalesce($10::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $11::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $12, $13::timestamptz, 1, $14::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $15::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $16::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $17::timestamptz AND (w.window_ends_at <= $18::timestamptz
      OR w.sent < coalesce($19::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $20::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $21, $22::timestamptz, 1, $23::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $24::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $25::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $26::timestamptz AND (w.window_ends_at <= $27::timestamptz
      OR w.sent < coalesce($28::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM subject s JOIN window_taken USING (subject)),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $29::bigint, $30, $31, $32, $33, $34,
          f.subject, f.account_id, f.session_id, $35, $36,
          $37::smallint, $38::timestamptz, $39::timestamptz,
          $40::bigint, $41::bigint,
          $42::bigint, coalesce(f.security_stamp, 0)
        FROM allowed f RETURNING id, subject, factor, account_id, session_id, security_stamp),
recipient AS (
    SELECT CASE WHEN ($43::boolean AND a.second_factor = 'sms') THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ($44::boolean AND a.second_factor = 'sms') THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
verdict AS (
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
addressee AS (SELECT * FROM recipient WHERE channel = $45),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $46::bigint, $47::bigint, r.account_id, $48,
      $49, r.address, r.language, $50, $51::timestamptz, $52::timestamptz,
      $53::timestamptz
    FROM addressee r WHERE r.address IS NOT NULL
    RETURNING id),
addressee_2 AS (SELECT * FROM recipient WHERE channel = $54),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $55::bigint, $56::bigint, r.account_id, $57,
      $58, r.address, r.language, $59, $60::timestamptz, $61::timestamptz,
      $62::timestamptz
    FROM addressee_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $63::bigint, $64::timestamptz, $65, v.outcome, $66, v.account_id, v.session_id, v.attempt_id,
      $67, $68, $69, CASE WHEN (v.outcome = ANY($70::text[]) OR (v.account_id IS NULL AND $71::text <> 'cli')) THEN md5(concat_ws(' ', $72::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryDelayService.complete

WITH ended AS (
      UPDATE pending_recoveries p SET ended_at = $1::timestamptz,
        end_reason = CASE WHEN a.disabled_at IS NULL THEN 'completed' ELSE 'account_disabled' END
      FROM accounts a WHERE p.id = $2::bigint AND p.ended_at IS NULL AND a.id = p.account_id
      RETURNING p.account_id, p.credentials, p.totp_sealed, p.end_reason),
taken AS (SELECT account_id, credentials, totp_sealed FROM ended WHERE end_reason = 'completed'),
verdict AS (SELECT $3::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM taken),
revoked AS (
    UPDATE credentials c SET revoked_at = $4::timestamptz FROM taken f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $5::timestamptz
    FROM taken f, (SELECT count(*) FROM revoked) done,
      jsonb_to_recordset((SELECT credentials FROM taken)) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
raised AS (
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $6::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' AND (SELECT totp_sealed FROM taken) IS NOT NULL THEN 'totp' ELSE a.second_factor END
      FROM taken f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
unprotected AS (
      SELECT a.id AS account_id FROM accounts a JOIN taken f ON f.account_id = a.id
      WHERE a.second_factor = 'none' AND (SELECT totp_sealed FROM taken) IS NOT NULL),
authenticator AS (
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, (SELECT totp_sealed FROM taken), $7::bigint, $8::timestamptz FROM unprotected u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id),
ended_2 AS (
      UPDATE sessions s SET ended_at = $9::timestamptz, end_reason = $10 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN taken f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $11::bigint, $12::bigint, r.account_id, $13,
      $14, r.address, r.language, $15, $16::timestamptz, $17::timestamptz,
      $18::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN taken f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $19::bigint, $20::bigint, r.account_id, $21,
      $22, r.address, r.language, $23, $24::timestamptz, $25::timestamptz,
      $26::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $27::bigint, $28::bigint, r.account_id, $29,
      $30, r.address, r.language, $31, $32::timestamptz, $33::timestamptz,
      $34::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_4 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $35::bigint, $36::bigint, r.account_id, $37,
      $38, r.address, r.language, $39, $40::timestamptz, $41::timestamptz,
      $42::timestamptz
    FROM recipient_4 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $43::bigint, $44::timestamptz, $45, v.outcome, $46, v.account_id, v.session_id, v.attempt_id,
      $47, $48, $49, CASE WHEN (v.outcome = ANY($50::text[]) OR (v.account_id IS NULL AND $51::text <> 'cli')) THEN md5(concat_ws(' ', $52::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id),
refused AS (SELECT account_id FROM ended WHERE end_reason <> 'completed'),
verdict_2 AS (SELECT $53::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM refused),
audited_2 AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $54::bigint, $55::timestamptz, $56, v.outcome, $57, v.account_id, v.session_id, v.attempt_id,
      $58, $59, $60, CASE WHEN (v.outcome = ANY($61::text[]) OR (v.account_id IS NULL AND $62::text <> 'cli')) THEN md5(concat_ws(' ', $63::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict_2 v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryDelayService.completeDue

SELECT id::text AS id, account_id::text AS account_id, protocol FROM pending_recoveries
    WHERE ended_at IS NULL AND due_at <= $1::timestamptz ORDER BY due_at LIMIT $2::int;

-- RecoveryDelayService.giveUp

WITH of_account AS (SELECT $1::bigint AS account_id),
ended AS (
    UPDATE pending_recoveries p SET ended_at = $2::timestamptz, end_reason = $3 FROM of_account f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
verdict AS (SELECT $4::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $5::bigint, $6::timestamptz, $7, v.outcome, $8, v.account_id, v.session_id, v.attempt_id,
      $9, $10, $11, CASE WHEN (v.outcome = ANY($12::text[]) OR (v.account_id IS NULL AND $13::text <> 'cli')) THEN md5(concat_ws(' ', $14::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- RecoveryDelayService.stop

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'link' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $6::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $7 AND a.status = 'open' AND a.expires_at > $8::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $9::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
stopped AS (
    UPDATE pending_recoveries p SET ended_at = $13::timestamptz, end_reason = 'stopped' FROM verdict v
    WHERE v.outcome = 'redeemed' AND p.account_id = v.account_id AND p.ended_at IS NULL AND p.due_at > $14::timestamptz
    RETURNING p.id),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $15::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $16::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $17::bigint, $18::timestamptz, $19, v.outcome, $20, v.account_id, v.session_id, v.attempt_id,
      $21, $22, $23, CASE WHEN (v.outcome = ANY($24::text[]) OR (v.account_id IS NULL AND $25::text <> 'cli')) THEN md5(concat_ws(' ', $26::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM stopped;

-- RecoveryInitService.init

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.protocol = $8 AND a.kind = 'code' AND a.factor = 'first' AND a.secret_hash = ANY($9::text[]) AND a.purpose = $10 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $11::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $12::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $16::timestamptz THEN 'expired'
        WHEN t.kind <> $17 THEN 'other_kind' WHEN b.spent >= $18::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM redeemed),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN candidate f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $19::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $20::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $21::bigint, $22, $23, $24, $25, $26,
          f.subject, f.account_id, f.session_id, $27, $28,
          $29::smallint, $30::timestamptz, $31::timestamptz,
          $32::bigint, $33::bigint,
          $34::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT holder FROM key_holder) AS holder;

-- RecoveryInitService.init

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.phone = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.protocol = $8 AND a.kind = 'code' AND a.factor = 'first' AND a.secret_hash = ANY($9::text[]) AND a.purpose = $10 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $11::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $12::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $16::timestamptz THEN 'expired'
        WHEN t.kind <> $17 THEN 'other_kind' WHEN b.spent >= $18::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM redeemed),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN candidate f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $19::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $20::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $21::bigint, $22, $23, $24, $25, $26,
          f.subject, f.account_id, f.session_id, $27, $28,
          $29::smallint, $30::timestamptz, $31::timestamptz,
          $32::bigint, $33::bigint,
          $34::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT holder FROM key_holder) AS holder;

-- RecoveryInitService.init

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.username = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND true  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.protocol = $8 AND a.kind = 'code' AND a.factor = 'first' AND a.secret_hash = ANY($9::text[]) AND a.purpose = $10 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $11::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $12::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $16::timestamptz THEN 'expired'
        WHEN t.kind <> $17 THEN 'other_kind' WHEN b.spent >= $18::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM redeemed),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN candidate f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $19::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $20::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $21::bigint, $22, $23, $24, $25, $26,
          f.subject, f.account_id, f.session_id, $27, $28,
          $29::smallint, $30::timestamptz, $31::timestamptz,
          $32::bigint, $33::bigint,
          $34::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT holder FROM key_holder) AS holder;

-- RecoveryService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $6::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) OR a.tries_left = 1 THEN $7::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $8 AND a.status = 'open' AND a.expires_at > $9::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $13::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $14::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
replaced AS (
      UPDATE pending_recoveries p SET ended_at = $15::timestamptz, end_reason = 'replaced' FROM redeemed f
      WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id),
postponed AS (
    INSERT INTO pending_recoveries (id, account_id, protocol, credentials, totp_sealed, created_at, due_at)
    SELECT $16::bigint, f.account_id, $17, $18::jsonb, $19,
      $20::timestamptz, $21::timestamptz
    FROM redeemed f, (SELECT count(*) FROM replaced) done RETURNING id),
opening AS (
        SELECT account_id::text AS subject, account_id, NULL::bigint AS session_id, NULL::int AS security_stamp FROM redeemed),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $22::bigint, $23, $24, $25, $26, $27,
          f.subject, f.account_id, f.session_id, $28, $29,
          $30::smallint, $31::timestamptz, $32::timestamptz,
          $33::bigint, $34::bigint,
          $35::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $36::bigint, $37::bigint, r.account_id, $38,
      $39, r.address, r.language, $40, $41::timestamptz, $42::timestamptz,
      $43::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $44::bigint, $45::bigint, r.account_id, $46,
      $47, r.address, r.language, $48, $49::timestamptz, $50::timestamptz,
      $51::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $52::bigint, $53::timestamptz, $54, v.outcome, $55, v.account_id, v.session_id, v.attempt_id,
      $56, $57, $58, CASE WHEN (v.outcome = ANY($59::text[]) OR (v.account_id IS NULL AND $60::text <> 'cli')) THEN md5(concat_ws(' ', $61::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- RecoveryService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $6::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) OR a.tries_left = 1 THEN $7::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $8 AND a.status = 'open' AND a.expires_at > $9::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $13::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $14::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
revoked AS (
    UPDATE credentials c SET revoked_at = $15::timestamptz FROM redeemed f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $16::timestamptz
    FROM redeemed f, (SELECT count(*) FROM revoked) done,
      jsonb_to_recordset($17::jsonb) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $18::timestamptz FROM redeemed f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
enrolled AS (SELECT NULL::bigint AS account_id WHERE false),
ended AS (
      UPDATE sessions s SET ended_at = $19::timestamptz, end_reason = $20 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $21::timestamptz, end_reason = $22 FROM raised f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $23::bigint, $24::bigint, r.account_id, $25,
      $26, r.address, r.language, $27, $28::timestamptz, $29::timestamptz,
      $30::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $31::bigint, $32::bigint, r.account_id, $33,
      $34, r.address, r.language, $35, $36::timestamptz, $37::timestamptz,
      $38::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $39::bigint, $40::timestamptz, $41, v.outcome, $42, v.account_id, v.session_id, v.attempt_id,
      $43, $44, $45, CASE WHEN (v.outcome = ANY($46::text[]) OR (v.account_id IS NULL AND $47::text <> 'cli')) THEN md5(concat_ws(' ', $48::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- RecoveryService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
held_credential AS (
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = $6::bigint AND c.revoked_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM held_credential h WHERE h.account_id = a.account_id)) OR a.tries_left = 1 THEN $7::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $8 AND a.status = 'open' AND a.expires_at > $9::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $13::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $14::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
revoked AS (
    UPDATE credentials c SET revoked_at = $15::timestamptz FROM redeemed f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $16::timestamptz
    FROM redeemed f, (SELECT count(*) FROM revoked) done,
      jsonb_to_recordset($17::jsonb) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
raised AS (
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $18::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' AND $19::text IS NOT NULL THEN 'totp' ELSE a.second_factor END
      FROM redeemed f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
unprotected AS (
      SELECT a.id AS account_id FROM accounts a JOIN redeemed f ON f.account_id = a.id
      WHERE a.second_factor = 'none' AND $20::text IS NOT NULL),
authenticator AS (
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, $21::text, $22::bigint, $23::timestamptz FROM unprotected u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $24::timestamptz, end_reason = $25 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
ended_2 AS (
    UPDATE pending_recoveries p SET ended_at = $26::timestamptz, end_reason = $27 FROM raised f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $28::bigint, $29::bigint, r.account_id, $30,
      $31, r.address, r.language, $32, $33::timestamptz, $34::timestamptz,
      $35::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $36::bigint, $37::bigint, r.account_id, $38,
      $39, r.address, r.language, $40, $41::timestamptz, $42::timestamptz,
      $43::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $44::bigint, $45::bigint, r.account_id, $46,
      $47, r.address, r.language, $48, $49::timestamptz, $50::timestamptz,
      $51::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_4 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $52::bigint, $53::bigint, r.account_id, $54,
      $55, r.address, r.language, $56, $57::timestamptz, $58::timestamptz,
      $59::timestamptz
    FROM recipient_4 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $60::bigint, $61::timestamptz, $62, v.outcome, $63, v.account_id, v.session_id, v.attempt_id,
      $64, $65, $66, CASE WHEN (v.outcome = ANY($67::text[]) OR (v.account_id IS NULL AND $68::text <> 'cli')) THEN md5(concat_ws(' ', $69::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- RefreshService.decide

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2 THEN 'current'
        WHEN s.refresh_previous_hash = $3 AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE OF s),
verdict AS (
        SELECT CASE WHEN p.state = 'current' THEN 'rotated' ELSE coalesce(p.state, 'unknown') END AS outcome,
          p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN presented p ON true),
rotated AS (
      UPDATE sessions s SET
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY($8::text[]) THEN s.refresh_hash
      ELSE $9 END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN $10 ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN $11::timestamptz ELSE s.refresh_rotated_at END,
        expires_at = CASE WHEN p.state IN ('current', 'concurrent', 'lost_answer') AND s.stage = 'signed_in'
          THEN least($12::timestamptz, s.absolute_ends_at) ELSE s.expires_at END,
        ended_at = CASE WHEN p.state = 'replay' THEN $13::timestamptz END,
        end_reason = CASE WHEN p.state = 'replay' THEN $14::text END
      FROM presented p
      WHERE s.id = p.session_id AND p.state IN ('current', 'concurrent', 'lost_answer', 'replay')
      RETURNING s.id AS session_id, s.account_id, s.stage, s.amr, s.second_factor_at,
        CASE WHEN s.ended_at IS NULL THEN s.refresh_hash END AS refresh_hash),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM rotated f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN with_account h ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $15::bigint, $16::timestamptz, $17, v.outcome, $18, v.account_id, v.session_id, v.attempt_id,
      $19, $20, $21, CASE WHEN (v.outcome = ANY($22::text[]) OR (v.account_id IS NULL AND $23::text <> 'cli')) THEN md5(concat_ws(' ', $24::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- RegistrationService.complete

SELECT FROM accounts WHERE id = $1::bigint FOR NO KEY UPDATE;

-- RegistrationService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
unregistered AS (
    SELECT id AS account_id FROM accounts WHERE id = $6::bigint AND disabled_at IS NULL AND (accounts.second_factor <> 'email' AND NOT EXISTS (
  SELECT FROM credentials c WHERE c.account_id = accounts.id AND c.revoked_at IS NULL))),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM unregistered)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM unregistered)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM unregistered)) OR a.tries_left = 1 THEN $7::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $8 AND a.status = 'open' AND a.expires_at > $9::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $13::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $14::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $15::timestamptz
    FROM redeemed f,
      jsonb_to_recordset($16::jsonb) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $17::bigint, $18::bigint, r.account_id, $19,
      $20, r.address, r.language, $21, $22::timestamptz, $23::timestamptz,
      $24::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $25::bigint, $26::bigint, r.account_id, $27,
      $28, r.address, r.language, $29, $30::timestamptz, $31::timestamptz,
      $32::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $33::bigint, $34::timestamptz, $35, v.outcome, $36, v.account_id, v.session_id, v.attempt_id,
      $37, $38, $39, CASE WHEN (v.outcome = ANY($40::text[]) OR (v.account_id IS NULL AND $41::text <> 'cli')) THEN md5(concat_ws(' ', $42::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- RegistrationService.complete

WITH target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($1::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.kind = 'challenge' AND a.secret_hash = ANY($2::text[]) AND a.purpose = $3 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $4::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $5::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
unregistered AS (
    SELECT id AS account_id FROM accounts WHERE id = $6::bigint AND disabled_at IS NULL AND (accounts.second_factor <> 'email' AND NOT EXISTS (
  SELECT FROM credentials c WHERE c.account_id = accounts.id AND c.revoked_at IS NULL))),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM unregistered)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM unregistered)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND EXISTS (SELECT FROM unregistered)) OR a.tries_left = 1 THEN $7::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $8 AND a.status = 'open' AND a.expires_at > $9::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $13::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND g.status = 'consumed' RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $14::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
inserted AS (
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      $15::timestamptz
    FROM redeemed f,
      jsonb_to_recordset($16::jsonb) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id),
raised AS (
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $17::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' AND $18::text IS NOT NULL THEN 'totp' ELSE a.second_factor END
      FROM redeemed f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
unprotected AS (
      SELECT a.id AS account_id FROM accounts a JOIN redeemed f ON f.account_id = a.id
      WHERE a.second_factor = 'none' AND $19::text IS NOT NULL),
authenticator AS (
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, $20::text, $21::bigint, $22::timestamptz FROM unprotected u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id),
ended AS (
      UPDATE sessions s SET ended_at = $23::timestamptz, end_reason = $24 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (s.stage = 'signed_in' AND s.amr @> $25::jsonb) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (s.stage = 'signed_in' AND s.amr @> $26::jsonb) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
setup_dropped AS (DELETE FROM factor_setups u USING raised f WHERE u.account_id = f.account_id RETURNING u.account_id),
backup_codes_dropped AS (DELETE FROM backup_codes b USING raised f WHERE b.account_id = f.account_id RETURNING b.account_id),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $27::bigint, $28::bigint, r.account_id, $29,
      $30, r.address, r.language, $31, $32::timestamptz, $33::timestamptz,
      $34::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN authenticator f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $35::bigint, $36::bigint, r.account_id, $37,
      $38, r.address, r.language, $39, $40::timestamptz, $41::timestamptz,
      $42::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_3 AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $43::bigint, $44::bigint, r.account_id, $45,
      $46, r.address, r.language, $47, $48::timestamptz, $49::timestamptz,
      $50::timestamptz
    FROM recipient_3 r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_4 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN redeemed f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_4 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $51::bigint, $52::bigint, r.account_id, $53,
      $54, r.address, r.language, $55, $56::timestamptz, $57::timestamptz,
      $58::timestamptz
    FROM recipient_4 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $59::bigint, $60::timestamptz, $61, v.outcome, $62, v.account_id, v.session_id, v.attempt_id,
      $63, $64, $65, CASE WHEN (v.outcome = ANY($66::text[]) OR (v.account_id IS NULL AND $67::text <> 'cli')) THEN md5(concat_ws(' ', $68::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome;

-- RegistrationService.init

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND ($2::text IS NULL OR org_id IS NOT DISTINCT FROM $3::text)
    AND ($4::text IS NULL OR tenant_id IS NOT DISTINCT FROM $5::text) AND (accounts.second_factor <> 'email' AND NOT EXISTS (
  SELECT FROM credentials c WHERE c.account_id = accounts.id AND c.revoked_at IS NULL))  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $6::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($7::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.subject = (SELECT subject FROM subject) AND a.status = 'open' AND a.protocol = $8 AND a.kind = 'code' AND a.factor = 'first' AND a.secret_hash = ANY($9::text[]) AND a.purpose = $10 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $11::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $12::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND true) OR a.tries_left = 1 THEN $13::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $14 AND a.status = 'open' AND a.expires_at > $15::timestamptz
        AND a.tries_left > 0 AND t.allowed AND true
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $16::timestamptz THEN 'expired'
        WHEN t.kind <> $17 THEN 'other_kind' WHEN b.spent >= $18::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
redeemed AS (SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM redeemed),
active_credentials AS (
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN candidate f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id),
key_holder AS (
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM active_credentials k)) AS holder
    FROM accounts a JOIN candidate f ON f.account_id = a.id WHERE a.disabled_at IS NULL),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $19::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $20::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $21::bigint, $22, $23, $24, $25, $26,
          f.subject, f.account_id, f.session_id, $27, $28,
          $29::smallint, $30::timestamptz, $31::timestamptz,
          $32::bigint, $33::bigint,
          $34::bigint, coalesce(f.security_stamp, 0)
        FROM candidate f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $35::bigint, $36::timestamptz, $37, v.outcome, $38, v.account_id, v.session_id, v.attempt_id,
      $39, $40, $41, CASE WHEN (v.outcome = ANY($42::text[]) OR (v.account_id IS NULL AND $43::text <> 'cli')) THEN md5(concat_ws(' ', $44::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT holder FROM key_holder) AS holder;

-- RegistrationService.registerOpenly

WITH created AS (
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES ($1::bigint, $2::text, $3, $4,
      $5, $6, $7::timestamptz, $8::timestamptz, $9::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
starting AS (
        SELECT account_id, security_stamp, 'signed_in' AS stage FROM created
        WHERE $10::boolean),
surplus AS (
    UPDATE sessions SET ended_at = $11::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $12::timestamptz DESC,
            l.client_address = $13, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $14::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $15::int ELSE $16::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $17::bigint, f.account_id, $18, f.stage, $19, jsonb_build_array(jsonb_build_object('method', $20::text, 'at', $21::text)), $22, $23,
      $24::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $25::timestamptz END, $26::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $27::timestamptz ELSE $28::timestamptz END, $29,
      $30::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
registered AS (
        SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password, 'created' AS outcome,
          NULL::bigint AS attempt_id
        FROM created c LEFT JOIN session s ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $31::bigint, $32::timestamptz, $33, v.outcome, $34, v.account_id, v.session_id, v.attempt_id,
      $35, $36, $37, CASE WHEN (v.outcome = ANY($38::text[]) OR (v.account_id IS NULL AND $39::text <> 'cli')) THEN md5(concat_ws(' ', $40::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM registered v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM registered;

-- RegistrationService.registerOpenly

WITH created AS (
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES ($1::bigint, NULL::text, $2, $3,
      $4, $5, $6::timestamptz, $7::timestamptz, $8::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
starting AS (
        SELECT account_id, security_stamp, 'signed_in' AS stage FROM created
        WHERE $9::boolean),
surplus AS (
    UPDATE sessions SET ended_at = $10::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $11::timestamptz DESC,
            l.client_address = $12, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $13::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $14::int ELSE $15::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $16::bigint, f.account_id, $17, f.stage, $18, jsonb_build_array(jsonb_build_object('method', $19::text, 'at', $20::text)), $21, $22,
      $23::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $24::timestamptz END, $25::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $26::timestamptz ELSE $27::timestamptz END, $28,
      $29::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
registered AS (
        SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password, 'created' AS outcome,
          NULL::bigint AS attempt_id
        FROM created c LEFT JOIN session s ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $30::bigint, $31::timestamptz, $32, v.outcome, $33, v.account_id, v.session_id, v.attempt_id,
      $34, $35, $36, CASE WHEN (v.outcome = ANY($37::text[]) OR (v.account_id IS NULL AND $38::text <> 'cli')) THEN md5(concat_ws(' ', $39::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM registered v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM registered;

-- RegistrationService.registerOpenly

WITH created AS (
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES ($1::bigint, coalesce((SELECT email FROM accounts WHERE email = ANY($2::text[]) AND true LIMIT 1), $3::text), $4, $5,
      $6, $7, $8::timestamptz, $9::timestamptz, $10::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at),
starting AS (
        SELECT account_id, security_stamp, 'signed_in' AS stage FROM created
        WHERE $11::boolean),
surplus AS (
    UPDATE sessions SET ended_at = $12::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > $13::timestamptz DESC,
            l.client_address = $14, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - $15::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN starting f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN $16::int ELSE $17::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id),
session AS (
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT $18::bigint, f.account_id, $19, f.stage, $20, jsonb_build_array(jsonb_build_object('method', $21::text, 'at', $22::text)), $23, $24,
      $25::timestamptz, CASE WHEN (f.stage) = 'signed_in' THEN $26::timestamptz END, $27::timestamptz,
      CASE WHEN (f.stage) = 'signed_in' THEN $28::timestamptz ELSE $29::timestamptz END, $30,
      $31::timestamptz, NULL::bigint, NULL::bigint, f.security_stamp
    FROM starting f  CROSS JOIN (SELECT count(*) FROM surplus) done
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at),
registered AS (
        SELECT c.*, s.session_id, s.stage, s.amr, s.second_factor_at, true AS has_password, 'created' AS outcome,
          NULL::bigint AS attempt_id
        FROM created c LEFT JOIN session s ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $32::bigint, $33::timestamptz, $34, v.outcome, $35, v.account_id, v.session_id, v.attempt_id,
      $36, $37, $38, CASE WHEN (v.outcome = ANY($39::text[]) OR (v.account_id IS NULL AND $40::text <> 'cli')) THEN md5(concat_ws(' ', $41::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM registered v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM registered;

-- ResealService.all

SELECT kid AS id, private_key_sealed AS sealed FROM signing_keys
    WHERE split_part(private_key_sealed, '.', 1) <> $1 AND kid > $2 ORDER BY kid LIMIT $3;

-- ResealService.all

SELECT account_id AS id, secret_sealed AS sealed FROM totp_factors
    WHERE split_part(secret_sealed, '.', 1) <> $1 AND account_id > ($2)::bigint
    ORDER BY account_id LIMIT $3;

-- ResealService.all

SELECT b.account_id || ' ' || b.code_hash AS id, b.code_sealed AS sealed FROM backup_codes b
    WHERE split_part(b.code_sealed, '.', 1) <> $1 AND b.account_id || ' ' || b.code_hash > $2
    ORDER BY 1 LIMIT $3;

-- ResealService.all

UPDATE signing_keys k SET private_key_sealed = n.resealed
    FROM unnest($1::text[], $2::text[],
      $3::text[]) AS n (kid, sealed, resealed)
    WHERE k.kid = n.kid AND k.private_key_sealed = n.sealed RETURNING k.kid;

-- ResealService.all

UPDATE totp_factors t SET secret_sealed = n.resealed
    FROM unnest($1::bigint[], $2::text[],
      $3::text[]) AS n (account_id, sealed, resealed)
    WHERE t.account_id = n.account_id AND t.secret_sealed = n.sealed RETURNING t.account_id;

-- ResealService.run

WITH nobodys AS (SELECT NULL::bigint AS account_id),
verdict AS (SELECT $1::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM nobodys),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $2::bigint, $3::timestamptz, $4, v.outcome, $5, v.account_id, v.session_id, v.attempt_id,
      $6, $7, $8, CASE WHEN (v.outcome = ANY($9::text[]) OR (v.account_id IS NULL AND $10::text <> 'cli')) THEN md5(concat_ws(' ', $11::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM nobodys;

-- ResetPasswordService.look

WITH link_state AS (
    SELECT a.id::text AS attempt_id, a.account_id, a.protocol,
      CASE WHEN a.status = 'open' AND a.expires_at <= $1::timestamptz THEN 'expired'
        WHEN a.status = 'open' AND NOT (a.account_id IS NULL OR a.purpose = ANY($2::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) THEN 'superseded' ELSE a.status END AS state
    FROM attempts a WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[])),
with_names AS (
    SELECT f.*, array_remove(ARRAY[a.email, a.username, a.phone, a.first_name, a.last_name], NULL) AS known_by,
      a.disabled_at IS NOT NULL AS is_disabled
    FROM link_state f JOIN accounts a ON a.id = f.account_id)
SELECT * FROM with_names;

-- ResetPasswordService.reset

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
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $10::timestamptz THEN 'expired'
        WHEN t.kind <> $11 THEN 'other_kind' WHEN b.spent >= $12::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
reset AS (
    UPDATE accounts a SET password_hash = $13, password_changed_at = $14::timestamptz,
      security_stamp = a.security_stamp + 1,
      updated_at = $15::timestamptz
    FROM verdict v WHERE v.outcome = 'redeemed' AND a.id = v.account_id AND a.disabled_at IS NULL
      AND a.security_stamp = v.security_stamp AND a.second_factor <> v.method
    RETURNING a.id AS account_id, a.security_stamp),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $16::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $17::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
ended AS (
      UPDATE sessions s SET ended_at = $18::timestamptz, end_reason = $19 FROM reset f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM reset f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
forgiven AS (
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM reset) RETURNING key),
recipient AS (
    SELECT a.email AS address, a.language, a.id AS account_id
    FROM accounts a JOIN reset f ON f.account_id = a.id WHERE a.email IS NOT NULL),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $20::bigint, $21::bigint, r.account_id, $22,
      $23, r.address, r.language, $24, $25::timestamptz, $26::timestamptz,
      $27::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
recipient_2 AS (
    SELECT a.phone AS address, a.language, a.id AS account_id
    FROM accounts a JOIN reset f ON f.account_id = a.id WHERE a.phone IS NOT NULL),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $28::bigint, $29::bigint, r.account_id, $30,
      $31, r.address, r.language, $32, $33::timestamptz, $34::timestamptz,
      $35::timestamptz
    FROM recipient_2 r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $36::bigint, $37::timestamptz, $38, v.outcome, $39, v.account_id, v.session_id, v.attempt_id,
      $40, $41, $42, CASE WHEN (v.outcome = ANY($43::text[]) OR (v.account_id IS NULL AND $44::text <> 'cli')) THEN md5(concat_ws(' ', $45::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, EXISTS (SELECT FROM reset) AS changed;

-- SecondFactorService.decide

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2 THEN 'current'
        WHEN s.refresh_previous_hash = $3 AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE OF s),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($14::text[]))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($15::text[]))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (a.secret_hash = ANY($16::text[]))) OR a.tries_left = 1 THEN $17::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $18 AND a.status = 'open' AND a.expires_at > $19::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $20::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $21::timestamptz THEN 'expired'
        WHEN t.kind <> $22 THEN 'other_kind' WHEN b.spent >= $23::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
promoted AS (
      UPDATE sessions s SET
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY($24::text[]) THEN s.refresh_hash
      ELSE $25 END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN $26 ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN $27::timestamptz ELSE s.refresh_rotated_at END, stage = 'signed_in',
    second_factor_at = $28::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $29::text),
        signed_in_at = coalesce(s.signed_in_at, $30::timestamptz),
        expires_at = least($31::timestamptz, s.absolute_ends_at)
      FROM good p, verdict v WHERE v.outcome = 'redeemed' AND s.id = p.session_id
      RETURNING s.id AS session_id, s.account_id, s.refresh_hash, s.stage, s.amr, s.second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM promoted f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN with_account h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $32::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $33::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $34::bigint, $35::timestamptz, $36, v.outcome, $37, v.account_id, v.session_id, v.attempt_id,
      $38, $39, $40, CASE WHEN (v.outcome = ANY($41::text[]) OR (v.account_id IS NULL AND $42::text <> 'cli')) THEN md5(concat_ws(' ', $43::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- SecondFactorService.decide

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2 THEN 'current'
        WHEN s.refresh_previous_hash = $3 AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE OF s),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
backup_code AS (
      SELECT account_id, code_hash FROM backup_codes
      WHERE account_id = $14::bigint AND code_hash = ANY($15::text[]) AND used_at IS NULL FOR UPDATE),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND (EXISTS (SELECT FROM backup_code))) OR a.tries_left = 1 THEN $16::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $17 AND a.status = 'open' AND a.expires_at > $18::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $19::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $20::timestamptz THEN 'expired'
        WHEN t.kind <> $21 THEN 'other_kind' WHEN b.spent >= $22::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
promoted AS (
      UPDATE sessions s SET
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY($23::text[]) THEN s.refresh_hash
      ELSE $24 END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN $25 ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN $26::timestamptz ELSE s.refresh_rotated_at END, stage = 'signed_in',
    second_factor_at = $27::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $28::text),
        signed_in_at = coalesce(s.signed_in_at, $29::timestamptz),
        expires_at = least($30::timestamptz, s.absolute_ends_at)
      FROM good p, verdict v WHERE v.outcome = 'redeemed' AND s.id = p.session_id
      RETURNING s.id AS session_id, s.account_id, s.refresh_hash, s.stage, s.amr, s.second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM promoted f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN with_account h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $31::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $32::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
spent AS (
      UPDATE backup_codes b SET used_at = $33::timestamptz FROM backup_code l, verdict v
      WHERE v.outcome = 'redeemed' AND b.account_id = l.account_id AND b.code_hash = l.code_hash
      RETURNING b.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $34::bigint, $35::timestamptz, $36, v.outcome, $37, v.account_id, v.session_id, v.attempt_id,
      $38, $39, $40, CASE WHEN (v.outcome = ANY($41::text[]) OR (v.account_id IS NULL AND $42::text <> 'cli')) THEN md5(concat_ws(' ', $43::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- SecondFactorService.decide

WITH presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $1::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $2 THEN 'current'
        WHEN s.refresh_previous_hash = $3 AND s.refresh_rotated_at >= $4::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $5::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = $6 AND s.protocol = $7 FOR UPDATE OF s),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
target AS (
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, (a.account_id IS NULL OR a.purpose = ANY($8::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp)) AS allowed FROM attempts a
      WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11 ORDER BY a.id DESC LIMIT 1),
budget AS (
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= $12::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > $13::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor)
      FOR UPDATE OF b),
factor AS (
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN good f USING (account_id)
      WHERE t.secret_sealed = $14::text FOR UPDATE OF t),
guess AS (
      UPDATE attempts a SET
        status = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($15::bigint > (SELECT last_step FROM factor), false)) THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($16::bigint > (SELECT last_step FROM factor), false)) THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN (coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND coalesce($17::bigint > (SELECT last_step FROM factor), false)) OR a.tries_left = 1 THEN $18::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = $19 AND a.status = 'open' AND a.expires_at > $20::timestamptz
        AND a.tries_left > 0 AND t.allowed AND (a.kind = 'link' OR b.spent < $21::int OR false)
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status),
verdict AS (
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= $22::timestamptz THEN 'expired'
        WHEN t.kind <> $23 THEN 'other_kind' WHEN b.spent >= $24::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true),
promoted AS (
      UPDATE sessions s SET
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY($25::text[]) THEN s.refresh_hash
      ELSE $26 END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN $27 ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN $28::timestamptz ELSE s.refresh_rotated_at END, stage = 'signed_in',
    second_factor_at = $29::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', $30::text),
        signed_in_at = coalesce(s.signed_in_at, $31::timestamptz),
        expires_at = least($32::timestamptz, s.absolute_ends_at)
      FROM good p, verdict v WHERE v.outcome = 'redeemed' AND s.id = p.session_id
      RETURNING s.id AS session_id, s.account_id, s.refresh_hash, s.stage, s.amr, s.second_factor_at),
with_account AS (
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM promoted f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
answer AS (SELECT v.outcome, h.* FROM verdict v LEFT JOIN with_account h ON true),
settled AS (
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, $33::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND true RETURNING b.spent),
superseded AS (
      UPDATE attempts o SET status = 'superseded', closed_at = $34::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id),
accepted AS (
      UPDATE totp_factors t SET last_step = $35::bigint FROM verdict v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $36::bigint, $37::timestamptz, $38, v.outcome, $39, v.account_id, v.session_id, v.attempt_id,
      $40, $41, $42, CASE WHEN (v.outcome = ANY($43::text[]) OR (v.account_id IS NULL AND $44::text <> 'cli')) THEN md5(concat_ws(' ', $45::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM answer;

-- ServerKeysRepository.admit

SELECT pg_advisory_xact_lock(hashtext('countersign.server_keys'));

-- ServerKeysRepository.admit

WITH given AS (
    SELECT key_id, proof, place
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS g (key_id, proof, place)),
known AS (
    SELECT k.key_id, k.proof = g.proof AS "right" FROM server_keys k LEFT JOIN given g USING (key_id)
    WHERE k.forgotten_at IS NULL),
maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1),
verdict AS (
    SELECT CASE
        WHEN NOT EXISTS (SELECT FROM known) THEN CASE WHEN $3 THEN 'admitted' ELSE 'no_keys_yet' END
        WHEN EXISTS (SELECT FROM known WHERE NOT "right") THEN 'other_key'
        WHEN NOT EXISTS (SELECT FROM known WHERE "right") THEN 'other_ring'
        WHEN EXISTS (SELECT FROM maker m JOIN known k USING (key_id) WHERE k."right" IS NULL) THEN 'without_maker'
        ELSE 'admitted'
      END AS outcome,
      (SELECT array_agg(k.key_id ORDER BY k.key_id) FROM known k WHERE k."right" IS NOT TRUE) AS keys),
added AS (
      INSERT INTO server_keys AS k (key_id, proof, added_at, makes_since)
      SELECT g.key_id, g.proof, $4::timestamptz,
        CASE WHEN g.place = 1 AND NOT EXISTS (SELECT FROM maker) THEN $5::timestamptz END
      FROM given g, verdict v
      WHERE v.outcome = 'admitted' AND ($6 OR NOT EXISTS (SELECT FROM maker))
      ON CONFLICT (key_id) DO UPDATE SET proof = excluded.proof, added_at = excluded.added_at, forgotten_at = NULL
      WHERE k.forgotten_at IS NOT NULL RETURNING key_id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT keys FROM verdict) AS keys, (SELECT key_id FROM maker) AS maker;

-- ServerKeysRepository.admit

WITH given AS (
    SELECT key_id, proof, place
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS g (key_id, proof, place)),
known AS (
    SELECT k.key_id, k.proof = g.proof AS "right" FROM server_keys k LEFT JOIN given g USING (key_id)
    WHERE k.forgotten_at IS NULL),
maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1),
verdict AS (
    SELECT CASE
        WHEN NOT EXISTS (SELECT FROM known) THEN CASE WHEN $3 THEN 'admitted' ELSE 'no_keys_yet' END
        WHEN EXISTS (SELECT FROM known WHERE NOT "right") THEN 'other_key'
        WHEN NOT EXISTS (SELECT FROM known WHERE "right") THEN 'other_ring'
        WHEN EXISTS (SELECT FROM maker m JOIN known k USING (key_id) WHERE k."right" IS NULL) THEN 'without_maker'
        ELSE 'admitted'
      END AS outcome,
      (SELECT array_agg(k.key_id ORDER BY k.key_id) FROM known k WHERE k."right" IS NOT TRUE) AS keys),
added AS (
      INSERT INTO server_keys AS k (key_id, proof, added_at, makes_since)
      SELECT g.key_id, g.proof, $4::timestamptz,
        CASE WHEN g.place = 1 AND NOT EXISTS (SELECT FROM maker) THEN $5::timestamptz END
      FROM given g, verdict v
      WHERE v.outcome = 'admitted' AND ($6 OR NOT EXISTS (SELECT FROM maker))
      ON CONFLICT (key_id) DO UPDATE SET proof = excluded.proof, added_at = excluded.added_at, forgotten_at = NULL
      WHERE k.forgotten_at IS NOT NULL RETURNING key_id),
joined AS (
    INSERT INTO replicas AS r (id, host, key_ids, started_at, seen_at)
    SELECT $7::bigint, $8, $9::text[], $10::timestamptz, $11::timestamptz FROM verdict v WHERE v.outcome = 'admitted'
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING id)
SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT keys FROM verdict) AS keys, (SELECT key_id FROM maker) AS maker;

-- ServerKeysRepository.beat

WITH maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1),
live AS (
    SELECT id, key_ids, started_at FROM replicas
    WHERE seen_at > $1::timestamptz - $2 * interval '1 second'),
wanted AS (
    SELECT w.key_id
    FROM (SELECT key_ids FROM live ORDER BY started_at DESC, id DESC LIMIT 1) newest,
      unnest(newest.key_ids) WITH ORDINALITY AS w (key_id, place)
    WHERE NOT EXISTS (SELECT FROM live l WHERE NOT w.key_id = ANY (l.key_ids))
    ORDER BY w.place LIMIT 1),
joined AS (
    INSERT INTO replicas AS r (id, host, key_ids, started_at, seen_at)
    SELECT $3::bigint, $4, $5::text[], $6::timestamptz, $7::timestamptz FROM (SELECT) v
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING id),
gone AS (DELETE FROM replicas r WHERE r.id <> $8::bigint
        AND NOT EXISTS (SELECT FROM live l WHERE l.id = r.id) RETURNING r.id)
SELECT (SELECT key_id FROM maker) AS maker, (SELECT key_id FROM wanted) AS wanted;

-- ServerKeysRepository.leave

DELETE FROM replicas WHERE id = $1::bigint;

-- ServerKeysRepository.move

WITH maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1),
live AS (
    SELECT id, key_ids, started_at FROM replicas
    WHERE seen_at > $1::timestamptz - $2 * interval '1 second'),
wanted AS (
    SELECT w.key_id
    FROM (SELECT key_ids FROM live ORDER BY started_at DESC, id DESC LIMIT 1) newest,
      unnest(newest.key_ids) WITH ORDINALITY AS w (key_id, place)
    WHERE NOT EXISTS (SELECT FROM live l WHERE NOT w.key_id = ANY (l.key_ids))
    ORDER BY w.place LIMIT 1),
moved AS (
      UPDATE server_keys k
      SET makes_since = GREATEST($3::timestamptz, (SELECT makes_since FROM maker) + interval '1 millisecond')
      FROM wanted w WHERE k.key_id = w.key_id AND k.key_id IS DISTINCT FROM (SELECT key_id FROM maker)
      RETURNING k.key_id)
SELECT (SELECT key_id FROM moved) AS moved, (SELECT key_id FROM maker) AS maker;

-- ServerKeysRepository.status

SELECT id, host, key_ids AS "keyIds", started_at AS "startedAt", seen_at AS "seenAt" FROM replicas
      WHERE seen_at > $1::timestamptz - $2 * interval '1 second' ORDER BY started_at, id;

-- ServerKeysRepository.status

WITH maker AS (
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1)

      SELECT key_id AS "keyId", added_at AS "addedAt", makes_since AS "makesSince",
        key_id IS NOT DISTINCT FROM (SELECT key_id FROM maker) AS makes
      FROM server_keys WHERE forgotten_at IS NULL ORDER BY makes_since DESC NULLS LAST, key_id;

-- SessionLifeService.change

WITH renewed AS (
      UPDATE sessions s SET expires_at = $1::timestamptz
      WHERE s.token_hash = $2 AND s.protocol = $3 AND s.stage = $4
    AND s.ended_at IS NULL AND s.expires_at > $5::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) RETURNING s.id AS session_id, s.account_id),
verdict AS (
        SELECT CASE WHEN c.session_id IS NULL THEN 'no_session' ELSE $6::text END AS outcome, c.account_id,
          c.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN renewed c ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[]) OR (v.account_id IS NULL AND $15::text <> 'cli')) THEN md5(concat_ws(' ', $16::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- SessionLifeService.change

WITH ended AS (
      UPDATE sessions s SET ended_at = $1::timestamptz, end_reason = $2
      WHERE s.token_hash = $3 AND s.protocol = $4 AND s.stage = $5
    AND s.ended_at IS NULL AND s.expires_at > $6::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) RETURNING s.id AS session_id, s.account_id),
verdict AS (
        SELECT CASE WHEN c.session_id IS NULL THEN 'no_session' ELSE $7::text END AS outcome, c.account_id,
          c.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ended c ON true),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $8::bigint, $9::timestamptz, $10, v.outcome, $11, v.account_id, v.session_id, v.attempt_id,
      $12, $13, $14, CASE WHEN (v.outcome = ANY($15::text[]) OR (v.account_id IS NULL AND $16::text <> 'cli')) THEN md5(concat_ws(' ', $17::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- SessionsService.revoke

WITH ended AS (
    UPDATE sessions SET ended_at = $1::timestamptz, end_reason = $2
    WHERE id = $3::bigint AND ended_at IS NULL AND expires_at > $4::timestamptz
    RETURNING id AS session_id, account_id),
verdict AS (SELECT $5::text AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $6::bigint, $7::timestamptz, $8, v.outcome, $9, v.account_id, v.session_id, v.attempt_id,
      $10, $11, $12, CASE WHEN (v.outcome = ANY($13::text[]) OR (v.account_id IS NULL AND $14::text <> 'cli')) THEN md5(concat_ws(' ', $15::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- SessionsService.revokeAll

WITH of_account AS (SELECT $1::bigint AS account_id),
raised AS (
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = $2::timestamptz FROM of_account f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp),
ended AS (
      UPDATE sessions s SET ended_at = $3::timestamptz, end_reason = $4 FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
live AS (
    SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > $5::timestamptz),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM raised f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
verdict AS (SELECT $6::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM of_account),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $7::bigint, $8::timestamptz, $9, v.outcome, $10, v.account_id, v.session_id, v.attempt_id,
      $11, $12, $13, CASE WHEN (v.outcome = ANY($14::text[]) OR (v.account_id IS NULL AND $15::text <> 'cli')) THEN md5(concat_ws(' ', $16::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM live;

-- SignUpService.begin

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
subject AS (SELECT $4::text AS subject, NULL::bigint AS account_id),
begun AS (
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT $5::bigint, b.browser_session_id, $6, $7, s.subject, s.account_id,
        $8::timestamptz, $9::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id),
verdict AS (SELECT $10::text AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM begun),
sign_up AS (
    INSERT INTO sign_ups (id, email, username, phone, first_name, last_name, password_hash, language,
      email_taken, phone_taken)
    SELECT b.id, $11, $12, $13, $14,
      $15, $16, $17,
      $18, $19
    FROM begun b RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $20::bigint, $21::timestamptz, $22, v.outcome, $23, v.account_id, v.session_id, v.attempt_id,
      $24, $25, $26, CASE WHEN (v.outcome = ANY($27::text[]) OR (v.account_id IS NULL AND $28::text <> 'cli')) THEN md5(concat_ws(' ', $29::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.email = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username'));

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.phone = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username'));

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.username = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username'));

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.email = ANY($2::text[])
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username'));

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.email = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username')) UNION ALL
      SELECT $4::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.phone = $5
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $6::text = 'username'));

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.email = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username')) UNION ALL
      SELECT $4::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.username = $5
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $6::text = 'username'));

-- SignUpService.takenOf

SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.email = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username')) UNION ALL
      SELECT $4::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.phone = $5
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $6::text = 'username')) UNION ALL
      SELECT $7::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.username = $8
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $9::text = 'username'));

-- SigningKeysRepository.good

SELECT kid, private_key_sealed AS "privateKeySealed", signs_from AS "signsFrom", good_until AS "goodUntil"
      FROM signing_keys WHERE good_until IS NULL OR good_until > $1::timestamptz
      ORDER BY signs_from, created_at;

-- SigningKeysRepository.installFirst

INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      VALUES ($1, $2, $3::timestamptz, $4::timestamptz)
      ON CONFLICT DO NOTHING;

-- SilentRegistrationService.register

WITH created AS (
      INSERT INTO accounts AS a (id, email, created_at, updated_at)
      SELECT $1::bigint, $2::text, $3::timestamptz, $4::timestamptz WHERE true
      ON CONFLICT (email) DO NOTHING RETURNING a.id AS account_id, a.uuid),
owner AS (
      SELECT email AS address, language, id AS account_id FROM accounts
      WHERE accounts.email = $5 AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND true ),
registered AS (
      SELECT CASE WHEN NOT true THEN 'username_taken' WHEN c.uuid IS NULL THEN 'taken' ELSE 'created' END AS outcome,
        coalesce(c.uuid, gen_random_uuid()) AS uuid, coalesce(c.account_id, o.account_id) AS account_id
      FROM (VALUES (1)) one LEFT JOIN created c ON true LEFT JOIN owner o ON true),
verdict AS (SELECT r.*, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM registered r),
asking AS (SELECT $6::text AS subject FROM owner),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $7, $8::timestamptz, 1, $9::timestamptz FROM asking f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $10::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $11::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $12::timestamptz AND (w.window_ends_at <= $13::timestamptz
      OR w.sent < coalesce($14::int, w.sent + 1)))
    RETURNING w.subject),
recipient AS (SELECT o.* FROM owner o WHERE EXISTS (SELECT FROM window_taken)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $15::bigint, $16::bigint, r.account_id, $17,
      $18, r.address, r.language, $19, $20::timestamptz, $21::timestamptz,
      $22::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $23::bigint, $24::timestamptz, $25, v.outcome, $26, v.account_id, v.session_id, v.attempt_id,
      $27, $28, $29, CASE WHEN (v.outcome = ANY($30::text[]) OR (v.account_id IS NULL AND $31::text <> 'cli')) THEN md5(concat_ws(' ', $32::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- SilentRegistrationService.register

WITH taken AS (
      SELECT $1::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE accounts.username = $2
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR $3::text = 'username'))),
created AS (
      INSERT INTO accounts AS a (id, email, created_at, updated_at)
      SELECT $4::bigint, $5::text, $6::timestamptz, $7::timestamptz WHERE NOT EXISTS (SELECT FROM taken)
      ON CONFLICT (email) DO NOTHING RETURNING a.id AS account_id, a.uuid),
owner AS (
      SELECT email AS address, language, id AS account_id FROM accounts
      WHERE accounts.email = $8 AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND NOT EXISTS (SELECT FROM taken) ),
registered AS (
      SELECT CASE WHEN NOT NOT EXISTS (SELECT FROM taken) THEN 'username_taken' WHEN c.uuid IS NULL THEN 'taken' ELSE 'created' END AS outcome,
        coalesce(c.uuid, gen_random_uuid()) AS uuid, coalesce(c.account_id, o.account_id) AS account_id
      FROM (VALUES (1)) one LEFT JOIN created c ON true LEFT JOIN owner o ON true),
verdict AS (SELECT r.*, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM registered r),
asking AS (SELECT $9::text AS subject FROM owner),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $10, $11::timestamptz, 1, $12::timestamptz FROM asking f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $13::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $14::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $15::timestamptz AND (w.window_ends_at <= $16::timestamptz
      OR w.sent < coalesce($17::int, w.sent + 1)))
    RETURNING w.subject),
recipient AS (SELECT o.* FROM owner o WHERE EXISTS (SELECT FROM window_taken)),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT $18::bigint, $19::bigint, r.account_id, $20,
      $21, r.address, r.language, $22, $23::timestamptz, $24::timestamptz,
      $25::timestamptz
    FROM recipient r WHERE r.address IS NOT NULL
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $26::bigint, $27::timestamptz, $28, v.outcome, $29, v.account_id, v.session_id, v.attempt_id,
      $30, $31, $32, CASE WHEN (v.outcome = ANY($33::text[]) OR (v.account_id IS NULL AND $34::text <> 'cli')) THEN md5(concat_ws(' ', $35::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM verdict;

-- TestingInjector.instantiateClass

SELECT nextval('worker_numbers') AS worker;

-- UnprovenAccounts.purge

WITH locked AS (SELECT id AS account_id FROM accounts WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE),
locked_sessions AS (
    SELECT s.id FROM sessions s JOIN locked f ON f.account_id = s.account_id WHERE s.ended_at IS NULL
    ORDER BY s.id FOR UPDATE OF s)

      SELECT (SELECT count(*) FROM locked) AS accounts, (SELECT count(*) FROM locked_sessions) AS sessions;

-- UnprovenAccounts.purge

SELECT a.id::text AS id FROM accounts a WHERE
  a.activated_at IS NULL AND a.invited_at IS NULL AND a.disabled_at IS NULL AND a.created_at <= $1::timestamptz AND NOT EXISTS (
    SELECT FROM sessions s WHERE s.account_id = a.id AND (
      greatest(s.created_at, s.refresh_rotated_at) > $2::timestamptz
      OR (s.ended_at IS NULL AND s.expires_at > $3::timestamptz
        AND (s.refresh_rotated_at IS NOT NULL OR s.created_at > a.created_at)))) LIMIT $4::int;

-- UnprovenAccounts.purge

WITH deleted AS (
    DELETE FROM accounts a WHERE a.id = ANY($1::bigint[]) AND
  a.activated_at IS NULL AND a.invited_at IS NULL AND a.disabled_at IS NULL AND a.created_at <= $2::timestamptz AND NOT EXISTS (
    SELECT FROM sessions s WHERE s.account_id = a.id AND (
      greatest(s.created_at, s.refresh_rotated_at) > $3::timestamptz
      OR (s.ended_at IS NULL AND s.expires_at > $4::timestamptz
        AND (s.refresh_rotated_at IS NOT NULL OR s.created_at > a.created_at))))
    RETURNING a.id AS account_id),
budgets AS (
    DELETE FROM guess_budgets WHERE subject IN (SELECT account_id::text FROM deleted) RETURNING subject)
SELECT * FROM deleted;

-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $3::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7
      AND ((a.status = 'open' AND a.expires_at > $8::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $10::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $11::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $12::timestamptz,
      status = CASE WHEN a.expires_at <= $13::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $14 AND a.session_id IS NULL AND a.kind = $15 AND a.method = $16 AND NOT (a.status = 'open' AND a.expires_at > $17::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($18::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $19::bigint, $20, $21, $22, $23, $24,
          f.subject, f.account_id, f.session_id, $25, $26,
          $27::smallint, $28::timestamptz, $29::timestamptz,
          $30::bigint, $31::bigint,
          $32::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM awaited;

-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR SHARE),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $3::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $4 AND a.session_id IS NULL AND a.kind = $5 AND a.method = $6 AND a.purpose = $7
      AND ((a.status = 'open' AND a.expires_at > $8::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($9::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $10::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $11::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $12::timestamptz,
      status = CASE WHEN a.expires_at <= $13::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $14 AND a.session_id IS NULL AND a.kind = $15 AND a.method = $16 AND NOT (a.status = 'open' AND a.expires_at > $17::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($18::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $19::bigint, $20, $21, $22, $23, $24,
          f.subject, f.account_id, f.session_id, $25, $26,
          $27::smallint, $28::timestamptz, $29::timestamptz,
          $30::bigint, $31::bigint,
          $32::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
forgiven AS (
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY($33::text[])
        ORDER BY array_position($34::text[], key) FOR UPDATE) RETURNING key)
SELECT * FROM awaited;

-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held_link),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $7::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $8 AND a.session_id IS NULL AND a.kind = $9 AND a.method = $10 AND a.purpose = $11
      AND ((a.status = 'open' AND a.expires_at > $12::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($13::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $14::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $15::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $16::timestamptz,
      status = CASE WHEN a.expires_at <= $17::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $18 AND a.session_id IS NULL AND a.kind = $19 AND a.method = $20 AND NOT (a.status = 'open' AND a.expires_at > $21::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($22::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $23::bigint, $24, $25, $26, $27, $28,
          f.subject, f.account_id, f.session_id, $29, $30,
          $31::smallint, $32::timestamptz, $33::timestamptz,
          $34::bigint, $35::bigint,
          $36::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM awaited;

-- decision

WITH owner AS (SELECT s.id AS session_id, s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2 AND s.stage = $3
    AND s.ended_at IS NULL AND s.expires_at > $4::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp)),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
pending AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s JOIN account f ON f.account_id = s.account_id
      WHERE s.token_hash = $5 AND s.protocol = $6 AND s.stage = $7
    AND s.ended_at IS NULL AND s.expires_at > $8::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
held AS (SELECT account_id, security_stamp FROM pending),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM held),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $9::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $10 AND a.session_id IS NULL AND a.kind = $11 AND a.method = $12 AND a.purpose = $13
      AND ((a.status = 'open' AND a.expires_at > $14::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($15::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $16::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $17::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $18::timestamptz,
      status = CASE WHEN a.expires_at <= $19::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $20 AND a.session_id IS NULL AND a.kind = $21 AND a.method = $22 AND NOT (a.status = 'open' AND a.expires_at > $23::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($24::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $25::bigint, $26, $27, $28, $29, $30,
          f.subject, f.account_id, f.session_id, $31, $32,
          $33::smallint, $34::timestamptz, $35::timestamptz,
          $36::bigint, $37::bigint,
          $38::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM awaited;

-- decision

WITH held AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $1::bigint AND disabled_at IS NULL AND security_stamp = $2::int FOR NO KEY UPDATE),
held_link AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($3::text[]) AND a.purpose = ANY($4::text[]) AND a.protocol = $5
        AND a.status = 'open' AND a.expires_at > $6::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed AS (
      UPDATE accounts a SET activated_at = $7::timestamptz, updated_at = $8::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT NULL, CASE WHEN invited THEN a.second_factor ELSE 'none' END,
            CASE WHEN invited THEN a.phone ELSE NULL END, CASE WHEN invited THEN a.username ELSE NULL END, CASE WHEN invited THEN a.first_name ELSE NULL END,
            CASE WHEN invited THEN a.last_name ELSE NULL END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM held_link f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited),
invited_owner AS (SELECT account_id, security_stamp FROM claimed WHERE invited),
held_2 AS (
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = $9::bigint AND disabled_at IS NULL AND security_stamp = $10::int FOR NO KEY UPDATE),
held_link_2 AS (
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN held_2 f USING (account_id)
      WHERE a.kind = 'link' AND a.secret_hash = ANY($11::text[]) AND a.purpose = ANY($12::text[]) AND a.protocol = $13
        AND a.status = 'open' AND a.expires_at > $14::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a),
claimed_before AS (
    SELECT f.account_id, f.security_stamp FROM held_link_2 f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL),
taken AS (SELECT * FROM invited_owner UNION ALL SELECT * FROM claimed_before),
candidate AS (
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM taken),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM candidate f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $15::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $16 AND a.session_id IS NULL AND a.kind = $17 AND a.method = $18 AND a.purpose = $19
      AND ((a.status = 'open' AND a.expires_at > $20::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($21::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $22::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $23::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $24::timestamptz,
      status = CASE WHEN a.expires_at <= $25::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.account_id = (SELECT account_id FROM candidate) AND a.protocol = $26 AND a.session_id IS NULL AND a.kind = $27 AND a.method = $28 AND NOT (a.status = 'open' AND a.expires_at > $29::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($30::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $31::bigint, $32, $33, $34, $35, $36,
          f.subject, f.account_id, f.session_id, $37, $38,
          $39::smallint, $40::timestamptz, $41::timestamptz,
          $42::bigint, $43::bigint,
          $44::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
ended AS (
      UPDATE sessions s SET ended_at = $45::timestamptz, end_reason = $46 FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND NOT (false) RETURNING s.id),
carried_over AS (
      UPDATE sessions s SET security_stamp = f.security_stamp FROM invited_owner f
      WHERE s.account_id = f.account_id AND s.ended_at IS NULL  AND (false) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id),
carried_over_attempts AS (
    UPDATE attempts a SET security_stamp = f.security_stamp FROM invited_owner f
    WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.secret_hash = ANY($47::text[]) AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id)
SELECT * FROM awaited;

-- guess.service

WITH browser AS (
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = $1::bigint AND b.token_hash = $2 AND b.expires_at > $3::timestamptz FOR UPDATE),
owner AS (SELECT s.account_id FROM sessions s JOIN browser b USING (browser_session_id) WHERE s.browser_attempt_id = $4::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $5::timestamptz),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
flow AS (
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id) JOIN account h ON h.account_id = s.account_id
      WHERE s.browser_attempt_id = $6::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > $7::timestamptz AND EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) FOR UPDATE OF s),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM flow f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $8::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.session_id = (SELECT session_id FROM flow) AND a.kind = $9 AND a.method = $10 AND a.purpose = $11
      AND ((a.status = 'open' AND a.expires_at > $12::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($13::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $14::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $15::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $16::timestamptz,
      status = CASE WHEN a.expires_at <= $17::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM flow) AND a.kind = $18 AND a.method = $19 AND NOT (a.status = 'open' AND a.expires_at > $20::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($21::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $22::bigint, $23, $24, $25, $26, $27,
          f.subject, f.account_id, f.session_id, $28, $29,
          $30::smallint, $31::timestamptz, $32::timestamptz,
          $33::bigint, $34::bigint,
          $35::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM awaited;

-- housekeeping.service

DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE ended_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM send_windows WHERE (subject, purpose) IN (
      SELECT subject, purpose FROM send_windows
      WHERE next_at <= $1::timestamptz AND window_ends_at <= $2::timestamptz
      LIMIT $3::int FOR UPDATE SKIP LOCKED) RETURNING subject;

-- housekeeping.service

DELETE FROM audit_events WHERE id IN (
      SELECT id FROM audit_events WHERE id < $1::bigint AND at <= $2::timestamptz AND (SELECT set_config('countersign.audit_purged_before', $3, true)) IS NOT NULL
      LIMIT $4::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM browser_attempts WHERE id IN (
      SELECT a.id FROM browser_attempts a
      WHERE a.expires_at <= $1::timestamptz AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      LIMIT $2::int FOR UPDATE OF a SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM audit_events WHERE id IN (
      SELECT id FROM audit_events WHERE repeat_key IS NOT NULL AND at <= $1::timestamptz AND (SELECT set_config('countersign.audit_purged_before', $2, true)) IS NOT NULL
      LIMIT $3::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions b WHERE active_session_id IS NULL AND expires_at <= $1::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id)
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM guess_budgets WHERE (subject, factor) IN (
      SELECT subject, factor FROM guess_budgets b
      WHERE subject LIKE '?%' AND coalesce(refills_at, '-infinity') <= $1::timestamptz
        AND NOT EXISTS (SELECT FROM attempts a WHERE a.subject = b.subject AND a.status = 'open')
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING subject;

-- housekeeping.service

DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM attempts WHERE id IN (
      SELECT id FROM attempts WHERE expires_at <= $1::timestamptz AND status <> 'open'
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM messages WHERE id IN (
      SELECT id FROM messages WHERE state <> 'queued' AND expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE end_reason = 'surplus' AND ended_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM factor_setups WHERE account_id IN (
      SELECT account_id FROM factor_setups WHERE expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING account_id;

-- housekeeping.service

UPDATE attempts SET status = 'expired', closed_at = expires_at WHERE id IN (
      SELECT id FROM attempts WHERE status = 'open' AND expires_at <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING id;

-- housekeeping.service

DELETE FROM password_failures WHERE key IN (
      SELECT key FROM password_failures
      WHERE counts_until <= $1::timestamptz AND coalesce(locked_until <= $2::timestamptz, true)
      LIMIT $3::int FOR UPDATE SKIP LOCKED) RETURNING key;

-- key-ring.service

SELECT $1 AS what, split_part(private_key_sealed, '.', 1) AS key_id, count(*) FROM signing_keys GROUP BY 2;

-- key-ring.service

SELECT 'messages that wait' AS what, split_part(facts_sealed, '.', 1) AS key_id, count(*) FROM messages
  WHERE facts_sealed IS NOT NULL GROUP BY 2;

-- key-ring.service

SELECT 'codes and links that are open' AS what, key_id, count(*) FROM attempts
  WHERE status = 'open' AND expires_at > $1::timestamptz AND key_id IS NOT NULL GROUP BY key_id;

-- key-ring.service

SELECT $1 AS what, split_part(secret_sealed, '.', 1) AS key_id, count(*) FROM totp_factors GROUP BY 2
  UNION ALL
  SELECT $2, split_part(code_sealed, '.', 1), count(*) FROM backup_codes WHERE code_sealed IS NOT NULL GROUP BY 2;

-- second-factor.service

WITH owner AS (SELECT s.account_id FROM sessions s WHERE s.token_hash = $1 AND s.protocol = $2),
account AS (
    SELECT a.id AS account_id FROM accounts a JOIN owner f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR SHARE OF a),
presented AS (
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM accounts o WHERE o.id = s.account_id AND o.security_stamp <= s.security_stamp) THEN 'ended'
        WHEN s.expires_at <= $3::timestamptz THEN 'expired'
        WHEN s.refresh_hash = $4 THEN 'current'
        WHEN s.refresh_previous_hash = $5 AND s.refresh_rotated_at >= $6::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= $7::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s CROSS JOIN (SELECT count(*) FROM account) done WHERE s.token_hash = $8 AND s.protocol = $9 FOR UPDATE OF s),
good AS (SELECT * FROM presented WHERE state IN ('current', 'concurrent', 'lost_answer')),
with_second_factor AS (
    SELECT f.*, a.second_factor, a.phone FROM good f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL),
secret AS (SELECT t.secret_sealed FROM totp_factors t JOIN with_second_factor f USING (account_id)),
codeless AS (
      SELECT f.account_id FROM with_second_factor f
      WHERE NOT EXISTS (SELECT FROM backup_codes b WHERE b.account_id = f.account_id)),
setup AS (
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN with_second_factor f USING (account_id)
      WHERE u.expires_at > $10::timestamptz FOR UPDATE OF u),
awaited AS (
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM with_second_factor h LEFT JOIN setup s USING (account_id)),
standing AS (
    SELECT a.expires_at, a.status FROM attempts a WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $11 AND a.method = $12 AND a.purpose = $13
      AND ((a.status = 'open' AND a.expires_at > $14::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($15::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) OR a.status = 'exhausted' AND a.expires_at > $16::timestamptz) ORDER BY a.id DESC LIMIT 1),
wanting AS (
        SELECT h.* FROM with_second_factor h WHERE (h.second_factor = 'totp' OR $17::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)),
closed AS (
    UPDATE attempts a SET closed_at = $18::timestamptz,
      status = CASE WHEN a.expires_at <= $19::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE a.session_id = (SELECT session_id FROM good) AND a.kind = $20 AND a.method = $21 AND NOT (a.status = 'open' AND a.expires_at > $22::timestamptz AND (a.account_id IS NULL OR a.purpose = ANY($23::text[]) OR EXISTS (
    SELECT FROM accounts o WHERE o.id = a.account_id AND o.security_stamp <= a.security_stamp))) AND a.status = 'open' RETURNING a.id),
opening AS (SELECT w.* FROM wanting w CROSS JOIN (SELECT count(*) FROM closed) done),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $24::bigint, $25, $26, $27, $28, $29,
          f.subject, f.account_id, f.session_id, $30, $31,
          $32::smallint, $33::timestamptz, $34::timestamptz,
          $35::bigint, $36::bigint,
          $37::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, subject, factor, account_id, session_id, security_stamp),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
ended AS (
      UPDATE sessions s SET ended_at = $38::timestamptz, end_reason = $39
      FROM presented p WHERE s.id = p.session_id AND p.state = 'replay' RETURNING s.id AS session_id),
refused AS (
        SELECT coalesce(p.state, 'unknown') AS outcome, p.account_id, p.session_id, NULL::bigint AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN presented p ON true WHERE NOT EXISTS (SELECT FROM good)),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $40::bigint, $41::timestamptz, $42, v.outcome, $43, v.account_id, v.session_id, v.attempt_id,
      $44, $45, $46, CASE WHEN (v.outcome = ANY($47::text[]) OR (v.account_id IS NULL AND $48::text <> 'cli')) THEN md5(concat_ws(' ', $49::text, v.outcome, coalesce(v.account_id, 0), coalesce(v.session_id, 0),
    coalesce(v.attempt_id, 0))) END
    FROM refused v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 RETURNING id)
SELECT * FROM awaited;
