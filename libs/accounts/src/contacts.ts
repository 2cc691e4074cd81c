import { sql, raw, type Sql } from '@app/database';

const column = (channel: 'email' | 'sms') => raw(channel === 'email' ? 'email' : 'phone');

/**
 * Part: where a code for the account of part `flow` goes: `{address, language, account_id, security_stamp, refused}`. `refused`: it is the
 * very channel of the account's second factor, and `first` asks for it as the first one.
 */
export function accountContact(channel: 'email' | 'sms', first: boolean): Sql {
  return sql`
    SELECT a.${column(channel)} AS address, a.language, a.id AS account_id,
      a.security_stamp, (${first}::boolean AND a.second_factor = ${channel}) AS refused
    FROM accounts a JOIN flow f ON f.account_id = a.id
    WHERE a.${column(channel)} IS NOT NULL AND a.disabled_at IS NULL AND a.activated_at IS NOT NULL`;
}

/** Part: the same for the sign-up of part `flow`; `refused`: the address belongs to an account already. */
export function signUpContact(channel: 'email' | 'sms'): Sql {
  const taken = raw(channel === 'email' ? 'email_taken' : 'phone_taken');
  return sql`
    SELECT u.${column(channel)} AS address, u.language, NULL::bigint AS account_id, NULL::int AS security_stamp,
      u.${taken} AS refused
    FROM sign_ups u JOIN flow f USING (id)`;
}
