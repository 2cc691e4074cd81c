import type { Call } from '@app/kernel';
import sql, { type Sql } from 'sql-template-tag';
import type { SecondFactor } from './account.entity.js';

/**
 * Part: the account as `holdAccount` holds it, for a statement that goes on to change it. Calls at the same account wait
 * here for one another: two that only shared it could not both change it.
 */
export function holdAlone(read: { id: string; second_factor: SecondFactor }, since: Date): Sql {
  return sql`
    SELECT id AS account_id FROM accounts
    WHERE id = ${read.id}::bigint AND disabled_at IS NULL AND second_factor = ${read.second_factor}
      AND coalesce(password_changed_at <= ${since}::timestamptz, true) FOR NO KEY UPDATE`;
}

/** Statement: the language in which the account is written to from now on. */
export function changeLanguage({ now }: Call, accountId: string, language: string): Sql {
  return sql`
    UPDATE accounts SET language = ${language}, updated_at = ${now}::timestamptz
    WHERE id = ${accountId}::bigint AND language <> ${language}`;
}
