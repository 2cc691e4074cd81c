import { sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** Statement: the language in which the account is written to from now on. */
export function changeLanguage({ now }: RequestContext, accountId: string, language: string): Sql {
  return sql`
    UPDATE accounts SET language = ${language}, updated_at = ${now}::timestamptz
    WHERE id = ${accountId}::bigint AND language <> ${language}`;
}
