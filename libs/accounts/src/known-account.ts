import { part, type Part, raw, sql, type Sql } from '@app/database';
import type { SecondFactor } from './account.entity.js';
import type { OfAccount } from './held-account.js';

/** What a flow needs to know of an account that has proven its first factor. */
export interface KnownAccount {
  id: string;
  email: string | null;
  phone: string | null;
  language: string;
  second_factor: SecondFactor;
  org_id: string | null;
  /** As of this look: what is made on its strength carries it. */
  security_stamp: number;
  activated_at: Date | null;
  disabled_at: Date | null;
}

/** Its columns, of accounts `a`. `factor`: what is asked for after the first factor. */
export function knownColumns(factor: Sql = raw('a.second_factor')): Sql {
  return sql`a.id, a.email, a.phone, a.language, ${factor} AS second_factor, a.org_id, a.security_stamp, a.activated_at, a.disabled_at`;
}

/** The rows with what is known of their account; `invited_at`: when an operator made it for somebody to come. */
export function withKnownAccount<Row extends OfAccount>(
  from: Part<Row>,
): Part<Row & KnownAccount & { uuid: string; invited_at: Date | null }> {
  return part(
    'known',
    sql`SELECT f.*, ${knownColumns()}, a.uuid, a.invited_at FROM ${from} f JOIN accounts a ON a.id = f.account_id`,
  );
}

/** The rows with the names that their account's owner is known by, which guessers of passwords try first. */
export function withNames<Row extends OfAccount>(
  from: Part<Row>,
): Part<Row & { known_by: string[]; is_disabled: boolean }> {
  return part(
    'with_names',
    sql`
    SELECT f.*, array_remove(ARRAY[a.email, a.username, a.phone, a.first_name, a.last_name], NULL) AS known_by,
      a.disabled_at IS NOT NULL AS is_disabled
    FROM ${from} f JOIN accounts a ON a.id = f.account_id`,
  );
}
