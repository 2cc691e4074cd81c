import { type Parts, raw, type Sql, sql } from '@app/database';
import type { Call } from '@app/kernel';
import type { AuthenticationMethod } from './session.entity.js';

// What ends sessions without their credential.

/** Which of an account's sessions an event does not end, as conditions on session `s`. */
export const survivors = {
  none: sql`false`,
  signedIn: sql`s.stage = 'signed_in'`,
  only: (sessionId: string): Sql => sql`s.id = ${sessionId}::bigint`,
  provenBy: (method: AuthenticationMethod['method']): Sql =>
    sql`s.amr @> ${JSON.stringify([{ method }])}::jsonb`,
};

/**
 * Parts for an event that raised the stamp of the account in part `from` (`account_id, security_stamp`: the new one): `ended`
 * (`{id}`) are its live sessions, in all protocols, that do not `survive`; the others are carried over to the new stamp. What another call
 * is making at this moment has the old one, and is nothing when it comes.
 *
 * `settled`: a part (`session_id`) whose sessions this statement gives their stamp itself; a row can be written once.
 */
export function endSessionsOf(
  { now }: Pick<Call, 'now'>,
  reason: string,
  from: string,
  survive: Sql = survivors.none,
  settled?: string,
): Parts & { ended: Sql; carried_over: Sql } {
  const others = settled ? sql`AND s.id NOT IN (SELECT session_id FROM ${raw(settled)})` : sql``;
  const live = sql`s.account_id = f.account_id AND s.ended_at IS NULL ${others}`;
  return {
    ended: sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${raw(from)} f
      WHERE ${live} AND NOT (${survive}) RETURNING s.id`,
    carried_over: sql`
      UPDATE sessions s SET security_stamp = f.security_stamp FROM ${raw(from)} f
      WHERE ${live} AND (${survive}) AND s.security_stamp = f.security_stamp - 1 RETURNING s.id`,
  };
}

/** Part: ends one live session, in whatever protocol: `{session_id, account_id}`, no row when there is none. */
export function endSession(sessionId: string, reason: string, now: Date): Sql {
  return sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = ${reason}
    WHERE id = ${sessionId}::bigint AND ended_at IS NULL AND expires_at > ${now}::timestamptz
    RETURNING id AS session_id, account_id`;
}

/**
 * Part: ends the sign-ins of the account of part `from` that were begun in this way, in the protocol of the call, and wait for
 * the second factor; none but the one of part `except` (`session_id`) goes on. The account has to be held alone.
 */
export function endPendingBegunBy(
  { now, protocol }: Call,
  method: AuthenticationMethod['method'],
  from: string,
  except?: string,
): Sql {
  const others = except ? sql`AND s.id NOT IN (SELECT session_id FROM ${raw(except)})` : sql``;
  return sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'superseded' FROM ${raw(from)} f
    WHERE s.account_id = f.account_id AND s.protocol = ${protocol} AND s.stage = 'pending' AND s.ended_at IS NULL
      AND s.amr->0->>'method' = ${method} ${others} RETURNING s.id`;
}
