import type { Call } from '@app/kernel';
import { type Parts, raw, type Sql, sql } from '@app/database';
import { raiseStamp } from '../account-changes.js';

/** An authenticator for an account that has no second factor yet. */
export interface Enrolment {
  sealed: Sql;
  /** At which the owner proved to have it: not accepted again. */
  step: number;
}

/**
 * Parts for the account of part `from` (`account_id`), whose keys change: what was made for it before is over (`raised`:
 * `{account_id, security_stamp}`), and it gets the authenticator, if one is given and it has no second factor: that one stays.
 */
export function changeKeys({ now }: Pick<Call, 'now'>, from: string, totp?: Enrolment): Parts {
  if (!totp) return { raised: raiseStamp({ now }, from) };
  return {
    unprotected: sql`
      SELECT a.id AS account_id FROM accounts a JOIN ${raw(from)} f ON f.account_id = a.id WHERE a.second_factor = 'none'`,
    raised: sql`
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' THEN 'totp' ELSE a.second_factor END
      FROM ${raw(from)} f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp`,
    authenticator: sql`
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, ${totp.sealed}, ${totp.step}::bigint, ${now}::timestamptz FROM unprotected u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id`,
  };
}
