import { part, type Part, raw, sql, type Sql } from '@app/database';
import { plusSeconds, type RequestContext } from '@app/kernel';
import type { MaybeOfAccount, OfAccount } from './held-account.js';

/** So often within this time has an owner said of a message "this wasn't me" when sign-in begins to ask for more, for as long as this. */
const TIMES = 3;
const WITHIN_SECONDS = 86_400;
const GUARD_SECONDS = 86_400;
/** The longest that a session may wait for its second step. */
const STEP_SECONDS = 3600;

/** An account whose owner has said it once more. */
export interface Guarded extends OfAccount {
  /** Until when sign-in asks for more; null where it does not. */
  guarded_until: Date | null;
}

/**
 * Counts that the owner in part `by`, of whom there is at most one, did not ask for a message. Each row of the account sees the one before
 * it, so that of any number at once none is missed.
 */
export function countDisowned({ now }: Pick<RequestContext, 'now'>, by: Part<MaybeOfAccount>): Part<Guarded> {
  const since = plusSeconds(now, -WITHIN_SECONDS);
  const before = sql`ARRAY(SELECT t FROM unnest(a.disowned_at) t WHERE t > ${since}::timestamptz ORDER BY t DESC LIMIT ${TIMES - 1}::int)`;
  return part(
    'guarded',
    sql`
    UPDATE accounts a SET disowned_at = ${now}::timestamptz || ${before},
      guarded_until = CASE WHEN cardinality(${before}) = ${TIMES - 1}::int THEN ${plusSeconds(now, GUARD_SECONDS)}::timestamptz
        ELSE a.guarded_until END
    FROM ${by} b WHERE a.id = b.account_id RETURNING a.id AS account_id, a.guarded_until`,
  );
}

/** From now on sign-in asks for nothing more: an operator has looked at who asks. */
export function liftGuard(accountId: string): Part<OfAccount> {
  return part(
    'guard_lifted',
    sql`
    UPDATE accounts SET disowned_at = '{}', guarded_until = NULL WHERE id = ${accountId}::bigint AND disowned_at <> '{}'
    RETURNING id AS account_id`,
  );
}

/**
 * What is asked for after a password, or a text, of account `alias`: its second factor, or while it is guarded a code to its mailbox. Not
 * after the mailbox itself, nor after a key or an identity: see docs/security/this-was-not-me.md. `step`: a second step that was begun
 * under a guard is ended under it.
 */
export function askedFactor(
  { now }: Pick<RequestContext, 'now'>,
  step: 'first' | 'second',
  alias = 'a',
): Sql {
  const account = raw(alias);
  const since = step === 'first' ? now : plusSeconds(now, -STEP_SECONDS);
  return sql`CASE WHEN ${account}.second_factor = 'none' AND ${account}.guarded_until > ${since}::timestamptz
    AND ${account}.email IS NOT NULL AND ${account}.activated_at IS NOT NULL THEN 'email' ELSE ${account}.second_factor END`;
}
