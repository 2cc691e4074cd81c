import { part, type Part, sql, type Sql } from '@app/database';
import {
  EVENTS,
  fatesAt,
  type RequestContext,
  type SessionEvent,
  type SessionFate,
  type StampEvent,
  whatEndsWhen,
} from '@app/kernel';
import type { AuthenticationMethod } from './session.entity.js';
import type { SessionOwner, OwnedSession } from './sessions.repository.js';

// What ends sessions without their credential.

/** A type and not an interface, so that it is a record of parts too. */
export type Ending = { ended: Part<{ id: string }>; carried_over: Part<{ id: string }> };

/** What an event is about, where that makes a difference to what it ends. */
export interface Spared {
  /** The session that did it. */
  own?: string;
  /** Whose sessions this statement gives their stamp itself; a row can be written once. */
  settled?: Part<{ session_id: string }>;
}

/**
 * For an event that raised the stamp of the account to this one: `ended` are its live sessions, in all protocols, that do not survive
 * it; the others are carried over to the new stamp. What another call is making at this moment has the old one, and is nothing when
 * it comes.
 */
export function endSessionsAt(
  event: StampEvent,
  { now }: Pick<RequestContext, 'now'>,
  from: Part<SessionOwner>,
  { own, settled }: Spared = {},
): Ending {
  const survive = survivorsOf(event, own);
  const others = settled ? sql`AND s.id NOT IN (SELECT session_id FROM ${settled})` : sql``;
  const live = sql`s.account_id = f.account_id AND s.ended_at IS NULL ${others}`;
  return {
    ended: part(
      'ended',
      sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${EVENTS[event].reason} FROM ${from} f
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

/** Condition on session `s`, never null: the event leaves it. */
function survivorsOf(event: StampEvent, own: string | undefined): Sql {
  const survives = SURVIVORS[whatEndsWhen[event].session](own);
  return fatesAt(event).pending_session === 'stays' ? sql`s.stage = 'pending' OR ${survives}` : survives;
}

const SURVIVORS: Record<SessionFate, (own: string | undefined) => Sql> = {
  ends: () => sql`false`,
  stays: () => sql`s.stage = 'signed_in'`,
  'ends, but for the one that did it': (own) => (own === undefined ? sql`false` : sql`s.id = ${own}::bigint`),
  'ends, unless proven by an authenticator': () => provenBy('otp'),
  'ends, unless proven by a text': () => provenBy('sms'),
};

function provenBy(method: AuthenticationMethod['method']): Sql {
  return sql`s.stage = 'signed_in' AND s.amr @> ${JSON.stringify([{ method }])}::jsonb`;
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

/** Ends the one live session that the event is about, in whatever protocol; no row when there is none. */
export function endSession(event: SessionEvent, sessionId: string, now: Date): Part<OwnedSession> {
  return part(
    'ended',
    sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = ${EVENTS[event].reason}
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
