import { after, part, type Part, sql } from '@app/database';
import { identifyAs, type RequestContext } from '@app/kernel';
import type { HeldAccount } from './held-account.js';
import { emailToInsert, isNamed } from './named.js';

/**
 * Gives the account the address that its owner has proven, and ends what was made for the account before; no row when it has changed
 * since. What somebody registered with that address, and nobody proved, gives way. That of another account violates `accounts_email_key`.
 */
export function changeEmail(
  { now }: Pick<RequestContext, 'now'>,
  email: string,
  from: Part<HeldAccount>,
): Part<HeldAccount> {
  const removed = part(
    'removed',
    sql`
      DELETE FROM accounts x USING ${from} f
      WHERE ${isNamed(identifyAs('email', email), 'x')} AND x.activated_at IS NULL AND x.invited_at IS NULL AND x.id <> f.account_id
      RETURNING x.id`,
  );
  return part(
    'changed',
    sql`
    UPDATE accounts a SET email = ${emailToInsert(email, 'gives way')}, security_stamp = a.security_stamp + 1,
      updated_at = ${now}::timestamptz
    FROM ${from} f CROSS JOIN ${after(removed)}
    WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp AND a.disabled_at IS NULL
    RETURNING a.id AS account_id, a.security_stamp`,
  );
}
