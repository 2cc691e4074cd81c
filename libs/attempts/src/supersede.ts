import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { AttemptPurpose } from './attempt.entity.js';

// What closes open attempts, or keeps them, without looking at a secret.

/** Closes the open attempts that meet `which`, a condition on attempt `a`: something else has taken their place. */
export function closeAttempts({ now }: Pick<RequestContext, 'now'>, which: Sql): Part<{ id: string }> {
  return part(
    'closed',
    sql`
    UPDATE attempts a SET closed_at = ${now}::timestamptz,
      status = CASE WHEN a.expires_at <= ${now}::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE ${which} AND a.status = 'open' RETURNING a.id`,
  );
}

/** Closes what is open of the browser attempt (`id`): a new code takes its place. */
export function supersedeBrowserAttempt(
  call: RequestContext,
  from: Part<{ id: string }>,
): Part<{ id: string }> {
  return closeAttempts(call, sql`a.browser_attempt_id IN (SELECT id FROM ${from}) AND a.kind <> 'totp'`);
}

/**
 * Closes the codes that were sent to the account as its second factor: they may have gone to a phone that is
 * no longer its own. Those of a session end with it; others are for the account.
 */
export function closeSentFactors(
  call: RequestContext,
  from: Part<{ account_id: string }>,
): Part<{ id: string }> {
  return closeAttempts(
    call,
    sql`a.account_id IN (SELECT account_id FROM ${from}) AND a.purpose = 'second_factor' AND a.kind = 'code'`,
  );
}

/**
 * What is open for these purposes goes on, although an event raised the stamp of the account to this one.
 */
export function carryOver(
  purposes: AttemptPurpose[],
  from: Part<{ account_id: string; security_stamp: number }>,
): Part<{ id: string }> {
  return part(
    'carried_over_attempts',
    sql`
    UPDATE attempts a SET security_stamp = f.security_stamp FROM ${from} f
    WHERE a.account_id = f.account_id AND a.purpose = ANY(${purposes}::text[]) AND a.status = 'open'
      AND a.security_stamp = f.security_stamp - 1 RETURNING a.id`,
  );
}
