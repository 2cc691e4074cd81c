import type { Call } from '@app/kernel';
import type { Parts } from '@app/database';
import sql, { raw, type Sql } from 'sql-template-tag';

/**
 * Parts that give an authenticator to the account of part `from` (`account_id`), unless it has a second factor: that one
 * stays. `step`: the one at which the owner proved to have it, which is not accepted again.
 */
export function enrolTotp({ now }: Pick<Call, 'now'>, sealed: Sql, step: number, from: string): Parts {
  return {
    enrolled: sql`
      UPDATE accounts SET second_factor = 'totp', updated_at = ${now}::timestamptz FROM ${raw(from)} f
      WHERE accounts.id = f.account_id AND second_factor = 'none' RETURNING accounts.id`,
    authenticator: sql`
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT e.id, ${sealed}, ${step}::bigint, ${now}::timestamptz FROM enrolled e
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id`,
  };
}
