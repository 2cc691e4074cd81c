import type { Call } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { AuthenticationMethod } from './session.entity.js';

/**
 * Part: the live session that an access token names (`sid`), locked, whatever it waits for:
 * `{session_id, account_id, subject, stage, signed_in_at, second_factor_at}`.
 */
export function sessionOfToken({ now, protocol }: Pick<Call, 'now' | 'protocol'>, sessionId: string): Sql {
  return sql`
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.stage, s.signed_in_at, s.second_factor_at
    FROM sessions s
    WHERE s.id = ${sessionId}::bigint AND s.protocol = ${protocol} AND s.ended_at IS NULL
      AND s.expires_at > ${now}::timestamptz FOR UPDATE`;
}

/** Part: ends the live sessions of the account in part `from`, in all protocols, except this one. */
export function endOtherSessions({ now }: Call, from: string, reason: string, exceptId: string): Sql {
  return sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${raw(from)} f
    WHERE s.account_id = f.account_id AND s.id <> ${exceptId}::bigint AND s.ended_at IS NULL RETURNING s.id`;
}

/** Part: ends, of the same sessions, those that have not been proven by this method. */
export function endSessionsWithout(
  { now }: Call,
  method: AuthenticationMethod['method'],
  from: string,
  exceptId: string,
): Sql {
  return sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'second_factor_enabled' FROM ${raw(from)} f
    WHERE s.account_id = f.account_id AND s.id <> ${exceptId}::bigint AND s.ended_at IS NULL
      AND NOT s.amr @> ${JSON.stringify([{ method }])}::jsonb RETURNING s.id`;
}

/** Part: ends the sessions of the account in part `from` that wait for a second factor it no longer has, in all protocols. */
export function endWaitingSessions({ now }: Call, reason: string, from: string): Sql {
  return sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${raw(from)} f
    WHERE s.account_id = f.account_id AND s.stage = 'pending' AND s.ended_at IS NULL RETURNING s.id`;
}
