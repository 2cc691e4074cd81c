import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { MaybeOfAccount, OfAccount } from './held-account.js';

/** Statement: the language in which the account is written to from now on. */
export function changeLanguage({ now }: RequestContext, accountId: string, language: string): Sql {
  return sql`
    UPDATE accounts SET language = ${language}, updated_at = ${now}::timestamptz
    WHERE id = ${accountId}::bigint AND language <> ${language}`;
}

/** The account, which is held alone, has proven an address: from now on it is its owner's. */
export function activate({ now }: RequestContext, from: Part<MaybeOfAccount>): Part<OfAccount> {
  return part(
    'activated',
    sql`
    UPDATE accounts a SET activated_at = ${now}::timestamptz, updated_at = ${now}::timestamptz FROM ${from} f
    WHERE a.id = f.account_id AND a.activated_at IS NULL RETURNING a.id AS account_id`,
  );
}
