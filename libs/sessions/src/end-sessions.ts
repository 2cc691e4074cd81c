import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { AuthenticationMethod } from './session.entity.js';
import type { SessionOwner, OwnedSession } from './sessions.repository.js';

// What ends sessions without their credential.

/** Which of an account's sessions an event does not end, as conditions on session `s`. */
export const survivors = {
  none: sql`false`,
  signedIn: sql`s.stage = 'signed_in'`,
  only: (sessionId: string): Sql => sql`s.id = ${sessionId}::bigint`,
  provenBy: (method: AuthenticationMethod['method']): Sql =>
    sql`s.amr @> ${JSON.stringify([{ method }])}::jsonb`,
};

/** A type and not an interface, so that it is a record of parts too. */
export type Ending = { ended: Part<{ id: string }>; carried_over: Part<{ id: string }> };

/**
 * For an event that raised the stamp of the account to this one: `ended` are its live sessions, in all protocols, that do not
 * `survive`; the others are carried over to the new stamp. What another call
 * is making at this moment has the old one, and is nothing when it comes.
 *
 * `settled`: whose sessions this statement gives their stamp itself; a row can be written once.
 */
export function endSessionsOf(
  { now }: Pick<RequestContext, 'now'>,
  reason: string,
  from: Part<SessionOwner>,
  survive: Sql = survivors.none,
  settled?: Part<{ session_id: string }>,
): Ending {
  const others = settled ? sql`AND s.id NOT IN (SELECT session_id FROM ${settled})` : sql``;
  const live = sql`s.account_id = f.account_id AND s.ended_at IS NULL ${others}`;
  return {
    ended: part(
      'ended',
      sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${from} f
      WHERE ${live} AND NOT (${survive}) RETURNING s.id`,
    ),
    carried_over: part(
      'carried_over',
      sql`
      UPDATE sessions s SET security_stamp = f.security_stamp FROM ${from} f
      WHERE ${live} AND (${survive}) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id`,
    ),
  };
}

/** How many of the ended sessions were not over already. */
export function liveAmong(
  { now }: Pick<RequestContext, 'now'>,
  ended: Part<{ id: string }>,
): Part<{ sessions: number }> {
  return part(
    'live',
    sql`
    SELECT count(*)::int AS sessions FROM ${ended} JOIN sessions USING (id) WHERE expires_at > ${now}::timestamptz`,
  );
}

/** Ends one live session, in whatever protocol; no row when there is none. */
export function endSession(sessionId: string, reason: string, now: Date): Part<OwnedSession> {
  return part(
    'ended',
    sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = ${reason}
    WHERE id = ${sessionId}::bigint AND ended_at IS NULL AND expires_at > ${now}::timestamptz
    RETURNING id AS session_id, account_id`,
  );
}

/**
 * Ends the sign-ins of the account that were begun in this way, in the protocol of the call, and wait for
 * the second factor; none but `except` goes on. The account has to be held alone.
 */
export function endPendingBegunBy(
  { now, protocol }: RequestContext,
  method: AuthenticationMethod['method'],
  from: Part<{ account_id: string }>,
  except?: Part<{ session_id: string }>,
): Part<{ id: string }> {
  const others = except ? sql`AND s.id NOT IN (SELECT session_id FROM ${except})` : sql``;
  return part(
    'overtaken',
    sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'superseded' FROM ${from} f
    WHERE s.account_id = f.account_id AND s.protocol = ${protocol} AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = ${method} ${others} RETURNING s.id`,
  );
}
