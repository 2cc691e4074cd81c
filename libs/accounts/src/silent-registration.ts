import { part, type Part, raw, sql } from '@app/database';
import { identifyAs, type RequestContext } from '@app/kernel';
import type { AccountAddress } from './accounts.repository.js';
import type { MaybeOfAccount } from './held-account.js';
import { contactOwner } from './contacts.js';
import { emailToInsert } from './named.js';
import { takenIdentifiers } from './sign-up.js';

export interface SilentRegistration extends MaybeOfAccount {
  outcome: 'created' | 'taken' | 'username_taken';
  /** Of the account, or of none. */
  uuid: string;
}

/**
 * Registers an address without telling whether it had an account: `registered` always has one row, and `owner` the account of whoever
 * has proven the address or is invited by it. The account has the address alone, because its first proof would take anything else away;
 * so a user name is not reserved either, whether the address was free or not.
 */
export function registerSilently(
  { now }: RequestContext,
  { id, email, username }: { id: string; email: string; username?: string },
): { registered: Part<SilentRegistration>; owner: Part<AccountAddress> } {
  const nameTaken = username === undefined ? undefined : takenIdentifiers([identifyAs('username', username)]);
  const free = nameTaken ? sql`NOT EXISTS (SELECT FROM ${nameTaken})` : raw('true');
  const created = part<{ account_id: string; uuid: string }>(
    'created',
    sql`
      INSERT INTO accounts AS a (id, email, created_at, updated_at)
      SELECT ${id}::bigint, ${emailToInsert(email)}, ${now}::timestamptz, ${now}::timestamptz WHERE ${free}
      ON CONFLICT (email) DO NOTHING RETURNING a.id AS account_id, a.uuid`,
  );
  const owner = contactOwner({ channel: 'email', address: email }, free);
  const registered = part<SilentRegistration>(
    'registered',
    sql`
      SELECT CASE WHEN NOT ${free} THEN 'username_taken' WHEN c.uuid IS NULL THEN 'taken' ELSE 'created' END AS outcome,
        coalesce(c.uuid, gen_random_uuid()) AS uuid, coalesce(c.account_id, o.account_id) AS account_id
      FROM (VALUES (1)) one LEFT JOIN ${created} c ON true LEFT JOIN ${owner} o ON true`,
  );
  return { registered, owner };
}
