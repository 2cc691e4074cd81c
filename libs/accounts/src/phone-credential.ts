import { part, type Part, raw, sql, type Sql } from '@app/database';
import { fatesAt, type AccountEvent, type RequestContext } from '@app/kernel';
import type { SecondFactor } from './account.entity.js';
import type { HeldAccount, OfAccount } from './held-account.js';

/**
 * The phone of account `a` once it has this second factor: one that was there for texts alone goes with them. Left behind, it would be
 * a way in that nobody has proven; but an account has to have a name.
 */
export function phoneAfter(event: AccountEvent, factor: SecondFactor | Sql): Sql {
  if (fatesAt(event).phone === 'stays') return sql`a.phone`;
  return sql`CASE WHEN ${factor} = 'sms' OR a.second_factor <> 'sms' OR a.phone_signs_in OR num_nonnulls(a.email, a.username) = 0
    THEN a.phone END`;
}

/**
 * The account's phone, given or taken away: given, it signs in. What was made for the account before is over. `also`: a condition on
 * account `a` and row `f` beside. That of another account violates `accounts_phone_key`.
 */
export function setPhone(
  { now }: Pick<RequestContext, 'now'>,
  phone: string | null,
  from: Part<OfAccount>,
  also: Sql = raw('true'),
): Part<HeldAccount> {
  return part(
    'changed',
    sql`
    UPDATE accounts a SET phone = ${phone}, phone_signs_in = ${phone !== null}::boolean,
      security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id AND ${also} RETURNING a.id AS account_id, a.security_stamp`,
  );
}
