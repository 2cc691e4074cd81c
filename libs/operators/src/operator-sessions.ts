import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { ChangedOperator } from './operators.js';
import type { Role } from './role.js';

/** The session of a request to the console, as it travels through the statement of the limits: ids are texts. */
export interface PresentedOperator {
  session_id: string;
  operator_id: string;
  email: string;
  role: Role;
}

/** A session that is about to be opened: `digest` of its token, and its end. */
export interface NewOperatorSession {
  id: string;
  tokenHash: string;
  expiresAt: Date;
}

/** For whoever `operator` is, if it is somebody. What of theirs is over goes. */
export function openOperatorSession(
  { now, client }: Pick<RequestContext, 'now' | 'client'>,
  { id, tokenHash, expiresAt }: NewOperatorSession,
  operator: Part<ChangedOperator>,
): { opened: Part<{ id: string }>; purged: Part<{ id: string }> } {
  const opened = part<{ id: string }>(
    'opened',
    sql`
    INSERT INTO operator_sessions (id, operator_id, token_hash, created_at, last_used_at, expires_at, client_address)
    SELECT ${id}::bigint, o.id::bigint, ${tokenHash}, ${now}::timestamptz, ${now}::timestamptz, ${expiresAt}::timestamptz,
      ${client.address} FROM ${operator} o RETURNING id`,
  );
  const purged = part<{ id: string }>(
    'purged',
    sql`
    DELETE FROM operator_sessions s USING ${operator} o
    WHERE s.operator_id = o.id::bigint AND s.expires_at <= ${now}::timestamptz RETURNING s.id`,
  );
  return { opened, purged };
}

/** The live session with this token, which begins its idle time anew. `idleSince`: one that was not used since then is over. */
export function presentedOperator(tokenHash: string, now: Date, idleSince: Date): Part<PresentedOperator> {
  const used = part<{ id: string; operator_id: string }>(
    'used',
    sql`
    UPDATE operator_sessions SET last_used_at = greatest(last_used_at, ${now}::timestamptz)
    WHERE token_hash = ${tokenHash} AND expires_at > ${now}::timestamptz AND last_used_at > ${idleSince}::timestamptz
    RETURNING id, operator_id`,
  );
  return part(
    'operator_session',
    sql`
    SELECT u.id::text AS session_id, o.id::text AS operator_id, o.email, o.role
    FROM ${used} u JOIN operators o ON o.id = u.operator_id`,
  );
}

export function endOperatorSession(id: string): Part<{ id: string }> {
  return part('ended', sql`DELETE FROM operator_sessions WHERE id = ${id}::bigint RETURNING id`);
}

/** All of an operator's. */
export function endSessionsOf(operator: Part<ChangedOperator>): Part<{ id: string }> {
  return part(
    'ended',
    sql`DELETE FROM operator_sessions s USING ${operator} o WHERE s.operator_id = o.id::bigint RETURNING s.id`,
  );
}

/** Statement: a batch of those that are over, of operators who have not come back. */
export function purgeOperatorSessions(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM operator_sessions WHERE id IN (
      SELECT id FROM operator_sessions WHERE expires_at <= ${now}::timestamptz LIMIT ${batch}::int FOR UPDATE SKIP LOCKED)
    RETURNING id`;
}
