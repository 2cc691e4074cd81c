import type { RequestContext } from '@app/kernel';
import { part, type Part, type Sql, sql } from '@app/database';
import { raiseStamp } from '../account-changes.js';
import type { HeldAccount, OfAccount } from '../held-account.js';

/** An authenticator for an account that has no second factor yet. */
export interface Enrolment {
  /** Its secret, for the table; null where there is none after all. */
  sealed: Sql;
  /** At which the owner proved to have it: not accepted again. */
  step: number;
}

/** A type and not an interface, so that it is a record of parts too. `raised`: the account with its new stamp. */
type ChangedKeys = {
  raised: Part<HeldAccount>;
  /** The account, if it has got the authenticator. */
  enrolled: Part<OfAccount>;
};

/**
 * The keys of the account change: what was made for it before is over, and it gets the authenticator, if one is given and it has
 * no second factor: that one stays.
 */
export function changeKeys(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<OfAccount>,
  totp?: Enrolment,
): ChangedKeys {
  if (!totp) return { raised: raiseStamp({ now }, from), enrolled: nobody() };
  const unprotected = part<OfAccount>(
    'unprotected',
    sql`
      SELECT a.id AS account_id FROM accounts a JOIN ${from} f ON f.account_id = a.id
      WHERE a.second_factor = 'none' AND ${totp.sealed} IS NOT NULL`,
  );
  const raised = part<HeldAccount>(
    'raised',
    sql`
      UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz,
        second_factor = CASE WHEN a.second_factor = 'none' AND ${totp.sealed} IS NOT NULL THEN 'totp' ELSE a.second_factor END
      FROM ${from} f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp`,
  );
  return { raised, enrolled: enrol({ now }, unprotected, totp) };
}

function nobody(): Part<OfAccount> {
  return part('enrolled', sql`SELECT NULL::bigint AS account_id WHERE false`);
}

function enrol(
  { now }: Pick<RequestContext, 'now'>,
  unprotected: Part<OfAccount>,
  { sealed, step }: Enrolment,
): Part<OfAccount> {
  return part(
    'authenticator',
    sql`
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT u.account_id, ${sealed}, ${step}::bigint, ${now}::timestamptz FROM ${unprotected} u
      ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
        created_at = excluded.created_at RETURNING account_id`,
  );
}
