import { part, type Part, sql, type Sql } from '@app/database';
import type { OfAccount } from './held-account.js';

/**
 * Condition on account `a`: somebody registered it, and in the time since `before` nobody has proven to own it. What an operator made,
 * invited, brought along or disabled is none of these.
 */
const unproven = (before: Date): Sql => sql`
  a.activated_at IS NULL AND a.invited_at IS NULL AND a.disabled_at IS NULL AND a.created_at <= ${before}::timestamptz
  AND NOT EXISTS (SELECT FROM imported_accounts m WHERE m.account_id = a.id)`;

/** Statement: a batch of accounts that nobody has proven, and that the condition `unused` holds of. */
export function unprovenAccounts(before: Date, unused: Sql, batch: number): Sql {
  return sql`SELECT a.id::text AS id FROM accounts a WHERE ${unproven(before)} AND ${unused} LIMIT ${batch}::int`;
}

/** Those accounts, locked: whoever proves one at this moment, or signs in to it, is waited for. */
export function lockedAccounts(ids: string[]): Part<OfAccount> {
  return part(
    'locked',
    sql`SELECT id AS account_id FROM accounts WHERE id = ANY(${ids}::bigint[]) ORDER BY id FOR UPDATE`,
  );
}

/** Of those accounts, once they are locked, deletes what is still unproven and unused, and all that hangs on it. */
export function deleteUnproven(ids: string[], before: Date, unused: Sql): Part<OfAccount> {
  return part(
    'deleted',
    sql`
    DELETE FROM accounts a WHERE a.id = ANY(${ids}::bigint[]) AND ${unproven(before)} AND ${unused}
    RETURNING a.id AS account_id`,
  );
}
