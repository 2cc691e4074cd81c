import { part, type Part, sql, type Sql } from '@app/database';

/** A batch of sessions whose life was over before `before`. What others hold is skipped. */
export function purgeSessions(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE expires_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/** A batch of sessions that something ended before `before`, however long they would have lived. What others hold is skipped. */
export function purgeEndedSessions(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE ended_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/**
 * A batch of sessions that made room for others before `before`. Whoever may sign in can make them as fast as calls are let in; their
 * account could no longer be deleted at once with what is kept of them in a week.
 */
export function purgeSurplusSessions(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE end_reason = 'surplus' AND ended_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/** A batch of attempts that nothing has come of, with what somebody signed up with. What others hold is skipped. */
export function purgeBrowserAttempts(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM browser_attempts WHERE id IN (
      SELECT a.id FROM browser_attempts a
      WHERE a.expires_at <= ${before}::timestamptz AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      LIMIT ${batch}::int FOR UPDATE OF a SKIP LOCKED) RETURNING id`;
}

/**
 * A batch of browser sessions that are over and that nobody ever signed in to, with their attempts: nobody asks what became of them.
 * What others hold is skipped.
 */
export function purgeEmptyBrowserSessions(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions b WHERE active_session_id IS NULL AND expires_at <= ${now}::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id)
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/** A batch of browser sessions that are over, with their attempts. What others hold is skipped. */
export function purgeBrowserSessions(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions WHERE expires_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/**
 * Condition on account `a`: nobody has signed in to it or refreshed a session of it since `before`, and no session is alive that has been
 * used after the registration.
 */
export function isUnused(now: Date, before: Date): Sql {
  return sql`NOT EXISTS (
    SELECT FROM sessions s WHERE s.account_id = a.id AND (
      greatest(s.created_at, s.refresh_rotated_at) > ${before}::timestamptz
      OR (s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz
        AND (s.refresh_rotated_at IS NOT NULL OR s.created_at > a.created_at))))`;
}

/** The sessions of accounts that are locked, locked as well: whoever refreshes one at this moment is waited for. */
export function lockedSessions(of: Part<{ account_id: string }>): Part<{ id: string }> {
  return part(
    'locked_sessions',
    sql`
    SELECT s.id FROM sessions s JOIN ${of} f ON f.account_id = s.account_id WHERE s.ended_at IS NULL
    ORDER BY s.id FOR UPDATE OF s`,
  );
}

/** The sign-ups that led to a session of an account that is deleted, with what somebody typed there. */
export function dropSignUps(of: Part<{ account_id: string }>): Part<{ id: string }> {
  return part(
    'forgotten_sign_ups',
    sql`
    DELETE FROM browser_attempts a USING sessions s, ${of} f WHERE s.account_id = f.account_id AND a.id = s.browser_attempt_id
    RETURNING a.id`,
  );
}
