import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { HeldAccount, OfAccount } from './held-account.js';

/** An account that is to be deleted, and what named its owner: messages may have gone there. */
export interface ToBeDeleted extends OfAccount {
  email: string | null;
  phone: string | null;
  language: string;
}

/** An account whose owner wants it gone. */
export interface AskedDeletion extends HeldAccount {
  deletion_due_at: Date;
}

/**
 * Shuts the account until it is deleted, which ends what was made for it before; no row for one that is to be deleted as early already.
 */
export function askDeletion(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<OfAccount>,
  dueAt: Date,
): Part<AskedDeletion> {
  return part(
    'asked',
    sql`
    UPDATE accounts a SET deletion_due_at = ${dueAt}::timestamptz, shut_by_deletion = a.shut_by_deletion OR a.disabled_at IS NULL,
      disabled_at = coalesce(a.disabled_at, ${now}::timestamptz), security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id AND coalesce(a.deletion_due_at, 'infinity') > ${dueAt}::timestamptz
    RETURNING a.id AS account_id, a.security_stamp, a.deletion_due_at`,
  );
}

/** Takes that back: the account is as open as it was before. No row for one that is not to be deleted. */
export function restoreAccount(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<OfAccount>,
): Part<HeldAccount & { disabled_at: Date | null }> {
  return part(
    'restored',
    sql`
    UPDATE accounts a SET deletion_due_at = NULL, shut_by_deletion = false,
      disabled_at = CASE WHEN a.shut_by_deletion THEN NULL ELSE a.disabled_at END, updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id AND a.deletion_due_at IS NOT NULL
    RETURNING a.id AS account_id, a.security_stamp, a.disabled_at`,
  );
}

/** Condition on account `a`: its time has come. One that the release before has opened again is not deleted. */
const isDue = (now: Date): Sql => sql`a.deletion_due_at <= ${now}::timestamptz AND a.disabled_at IS NOT NULL`;

/** Statement: a batch of accounts whose time has come, the longest waiting first. */
export function dueForDeletion(now: Date, batch: number): Sql {
  return sql`SELECT a.id::text AS id FROM accounts a WHERE ${isDue(now)} ORDER BY a.deletion_due_at LIMIT ${batch}::int`;
}

/**
 * This account, held alone if its time has come: whoever restores it at this moment is waited for. Not as its deletion will hold it: who
 * redeems an attempt of it has its budget, and goes on to refer to it. `beside`: what is locked before it.
 */
export function lockedDue(id: string, now: Date, beside: Sql): Part<OfAccount> {
  return part(
    'locked',
    sql`SELECT a.id AS account_id FROM accounts a, ${beside} WHERE a.id = ${id}::bigint AND ${isDue(now)} FOR NO KEY UPDATE OF a`,
  );
}

/** Deletes the account if its time has come, once it is locked, with all that refers to it. */
export function deleteDue(id: string, now: Date): Part<ToBeDeleted> {
  return part(
    'deleted',
    sql`
    DELETE FROM accounts a WHERE a.id = ${id}::bigint AND ${isDue(now)}
    RETURNING a.id AS account_id, a.email, a.phone, a.language`,
  );
}
