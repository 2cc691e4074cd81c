import { isCurrent, raw, sql, type Sql } from '@app/database';
import type { Call } from '@app/kernel';

/**
 * Part: the live session that an access token names (`sid`), locked, whatever it waits for:
 * `{session_id, account_id, subject, security_stamp, stage, signed_in_at, second_factor_at}`. `account`: a part (`account_id`) that
 * locks its account, for a statement that goes on to change that: the account is locked before its sessions, as everywhere.
 */
export function sessionOfToken(call: TokenCall, sessionId: string, account?: string): Sql {
  const of = account ? sql` JOIN ${raw(account)} f ON f.account_id = s.account_id` : sql``;
  return sql`
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, s.signed_in_at,
      s.second_factor_at
    FROM sessions s${of} WHERE ${ofToken(call, sessionId)} FOR UPDATE OF s`;
}

/** Part: whose it is, not locked: to lock the account before it: `{account_id, security_stamp}`. */
export function ownerOfToken(call: TokenCall, sessionId: string): Sql {
  return sql`SELECT s.account_id, s.security_stamp FROM sessions s WHERE ${ofToken(call, sessionId)}`;
}

type TokenCall = Pick<Call, 'now' | 'protocol'>;

function ofToken({ now, protocol }: TokenCall, sessionId: string): Sql {
  return sql`s.id = ${sessionId}::bigint AND s.protocol = ${protocol} AND s.ended_at IS NULL
    AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}`;
}
