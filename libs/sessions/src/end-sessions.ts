import type { Call } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { AuthenticationMethod } from './session.entity.js';

// What ends sessions without their credential. `now` also decides which are live: one that has expired is left as it is.

/** Part: ends the account's sessions that still wait for a second factor: `{id}`. */
export function endPendingSessions(accountId: string, reason: string, now: Date): Sql {
  return sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = ${reason}
    WHERE account_id = ${accountId}::bigint AND stage = 'pending' AND ended_at IS NULL AND expires_at > ${now}::timestamptz
    RETURNING id`;
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
