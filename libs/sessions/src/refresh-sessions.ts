import { isCurrent, part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { SessionStage } from './session.entity.js';
import type { SessionOwner, SessionRow } from './sessions.repository.js';

/** A session with what its proofs were, and when. */
export interface TokenSession extends SessionRow {
  stage: SessionStage;
  signed_in_at: Date | null;
  second_factor_at: Date | null;
}

/**
 * The live session that an access token names (`sid`), locked, whatever it waits for. `account`: a part that locks its account, for a statement that goes on to change that: the account is locked before its sessions, as everywhere.
 */
export function sessionOfToken(
  call: TokenCall,
  sessionId: string,
  account?: Part<{ account_id: string }>,
): Part<TokenSession> {
  const of = account ? sql` JOIN ${account} f ON f.account_id = s.account_id` : sql``;
  return part(
    'session',
    sql`
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s${of} WHERE ${ofToken(call, sessionId)} FOR UPDATE OF s`,
  );
}

/** Whose it is, not locked: to lock the account before it. */
export function ownerOfToken(call: TokenCall, sessionId: string): Part<SessionOwner> {
  return part(
    'owner',
    sql`SELECT s.account_id, s.security_stamp FROM sessions s WHERE ${ofToken(call, sessionId)}`,
  );
}

type TokenCall = Pick<RequestContext, 'now' | 'protocol'>;

function ofToken({ now, protocol }: TokenCall, sessionId: string): Sql {
  return sql`s.id = ${sessionId}::bigint AND s.protocol = ${protocol} AND s.ended_at IS NULL
    AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}`;
}
