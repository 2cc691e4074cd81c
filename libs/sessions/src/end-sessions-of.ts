import type { Call } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';

/** Part: ends every live session of the account of part `from` (`account_id`), in all protocols: `{id}`. */
export function endSessionsOf({ now }: Pick<Call, 'now'>, reason: string, from: string): Sql {
  return sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${raw(from)} f
    WHERE s.account_id = f.account_id AND s.ended_at IS NULL RETURNING s.id`;
}

/**
 * Statement, before a change in the same transaction that ends sessions of the account: keeps everybody else out of it
 * and waits for whoever is at one of its sessions, in the order in which everything locks (account, session, the rest).
 * An outer join: with an inner one, an account without sessions would not be looked at, and so not be locked.
 */
export function lockAccountAndSessions(accountId: string): Sql {
  return sql`
    WITH account AS (SELECT id FROM accounts WHERE id = ${accountId}::bigint FOR NO KEY UPDATE)
    SELECT FROM account a LEFT JOIN LATERAL (
      SELECT s.id FROM sessions s WHERE s.account_id = a.id AND s.ended_at IS NULL FOR UPDATE) live ON true`;
}
