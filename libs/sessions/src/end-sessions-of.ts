import type { Call } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';

/** Part: ends every live session, in all protocols, of the account in part `from` (`account_id`). */
export function endSessionsOf({ now }: Call, from: string, reason: string): Sql {
  return sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${raw(from)} f
    WHERE s.account_id = f.account_id AND s.ended_at IS NULL RETURNING s.id`;
}
