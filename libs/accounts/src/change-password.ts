import { part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { Decided, HeldAccount, OfAccount } from './held-account.js';

/**
 * A new password for the account of a redeemed attempt, unless the account has changed since the attempt was looked at, or the channel
 * of the link is its second factor: one mailbox is never both. Ends what was made for the account before.
 */
export function resetPassword(
  { now }: RequestContext,
  passwordHash: string,
  verdict: Part<Decided & { security_stamp: number | null; method: string | null }>,
): Part<HeldAccount> {
  return part(
    'reset',
    sql`
    UPDATE accounts a SET password_hash = ${passwordHash}, password_changed_at = ${now}::timestamptz,
      security_stamp = a.security_stamp + 1,
      updated_at = ${now}::timestamptz
    FROM ${verdict} v WHERE v.outcome = 'redeemed' AND a.id = v.account_id AND a.disabled_at IS NULL
      AND a.security_stamp = v.security_stamp AND a.second_factor <> v.method
    RETURNING a.id AS account_id, a.security_stamp`,
  );
}

/** A new password that an operator gives the account. Ends what was made for the account before. */
export function givePassword(
  { now }: Pick<RequestContext, 'now'>,
  passwordHash: string,
  from: Part<OfAccount>,
): Part<HeldAccount> {
  return part(
    'changed',
    sql`
    UPDATE accounts a SET password_hash = ${passwordHash}, password_changed_at = ${now}::timestamptz,
      security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp`,
  );
}
