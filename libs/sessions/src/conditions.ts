import { isCurrent, sql, type Sql } from '@app/database';

/** Condition on session `s`: it is signed in, and goes on. */
export const isSignedIn = (now: Date): Sql =>
  sql`s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}`;

/** The same, and so does the browser session that it is in, if it is in one: a sign-in lives no longer than what its browser holds. */
export const isInUse = (now: Date): Sql => sql`${isSignedIn(now)}
      AND (s.browser_session_id IS NULL OR EXISTS (
        SELECT FROM browser_sessions b WHERE b.id = s.browser_session_id AND b.expires_at > ${now}::timestamptz))`;
