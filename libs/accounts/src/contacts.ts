import { part, type Part, raw, sql, type Sql } from '@app/database';
import { identifyAs } from '@app/kernel';
import type { AccountAddress } from './accounts.repository.js';
import type { WantedContact } from './contact-changes.js';
import type { MaybeOfAccount } from './held-account.js';
import { isNamed, likeliest } from './named.js';

/** Where a code goes. */
export interface Contact extends MaybeOfAccount {
  address: string | null;
  language: string;
  security_stamp: number | null;
  /** Whether the address is there, but may not have the code. */
  refused: boolean;
}

const column = (channel: 'email' | 'sms') => raw(channel === 'email' ? 'email' : 'phone');

/**
 * Where a code for the account goes. As the first factor (`first`) it is refused where it is the very channel of the account's second
 * one, and at a phone that nobody has proven for signing in.
 */
export function accountContact(
  channel: 'email' | 'sms',
  first: boolean,
  flow: Part<MaybeOfAccount>,
): Part<Contact> {
  return part(
    'contact',
    sql`
    SELECT a.${column(channel)} AS address, a.language, a.id AS account_id,
      a.security_stamp, (${first}::boolean AND (a.second_factor = ${channel} OR ${channel} = 'sms' AND NOT a.phone_signs_in)) AS refused
    FROM accounts a JOIN ${flow} f ON f.account_id = a.id
    WHERE a.${column(channel)} IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL`,
  );
}

/** The same for a sign-up. It is refused where the address belongs to an account already. */
export function signUpContact(channel: 'email' | 'sms', flow: Part<{ id: string }>): Part<Contact> {
  const taken = raw(channel === 'email' ? 'email_taken' : 'phone_taken');
  return part(
    'contact',
    sql`
    SELECT u.${column(channel)} AS address, u.language, NULL::bigint AS account_id, NULL::int AS security_stamp,
      u.${taken} AS refused
    FROM sign_ups u JOIN ${flow} f USING (id)`,
  );
}

/** Whose it is: of an account whose owner has proven one, or that an operator made. `also`: a condition on `accounts`. */
export function contactOwner(
  { channel, address }: WantedContact,
  also: Sql = raw('true'),
): Part<AccountAddress> {
  const name = identifyAs(channel === 'email' ? 'email' : 'phone', address);
  return part(
    'owner',
    sql`
    SELECT ${column(channel)} AS address, language, id AS account_id FROM accounts
    WHERE ${isNamed(name)} AND (activated_at IS NOT NULL OR invited_at IS NOT NULL) AND ${also} ${likeliest(name)}`,
  );
}
