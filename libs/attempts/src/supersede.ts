import { part, type Part, sql, type Sql } from '@app/database';
import { leftOpenAt, type RequestContext, type StampEvent } from '@app/kernel';
import type { AttemptPurpose, AttemptStatus } from './attempt.entity.js';
import { isLive } from './conditions.js';
import { ENDED } from './tallies.js';

// What closes open attempts, or keeps them, without looking at a secret.

/** The newest attempt that meets `which` and stands in the way of another: it is live, or its tries are spent, and not over. */
export function standingAttempt(
  call: Pick<RequestContext, 'now'>,
  purpose: AttemptPurpose,
  which: Sql,
): Part<{ expires_at: Date; status: AttemptStatus }> {
  return part(
    'standing',
    sql`
    SELECT a.expires_at, a.status FROM attempts a WHERE ${which} AND a.purpose = ${purpose}
      AND (${isLive(call)} OR a.status = 'exhausted' AND a.expires_at > ${call.now}::timestamptz) ORDER BY a.id DESC LIMIT 1`,
  );
}

/** Closes the open attempts that meet `which`, a condition on attempt `a`: something else has taken their place. */
export function closeAttempts({ now }: Pick<RequestContext, 'now'>, which: Sql): Part<{ id: string }> {
  return part(
    'closed',
    sql`
    UPDATE attempts a SET closed_at = ${now}::timestamptz,
      status = CASE WHEN a.expires_at <= ${now}::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE ${which} AND a.status = 'open' RETURNING a.id, a.purpose, a.method, a.status`,
    ENDED,
  );
}

/**
 * Closes what the message of an attempt was about: it, and what was opened with it for the same person and purpose in the same call, such
 * as the code beside a link.
 */
export function closeWithSiblings(
  call: Pick<RequestContext, 'now'>,
  from: Part<{ attempt_id: string | null }>,
): Part<{ id: string }> {
  const named = part<{ subject: string; purpose: AttemptPurpose; created_at: Date }>(
    'named_attempt',
    sql`SELECT n.subject, n.purpose, n.created_at FROM attempts n JOIN ${from} f ON f.attempt_id = n.id`,
  );
  return closeAttempts(
    call,
    sql`(a.subject, a.purpose, a.created_at) IN (SELECT subject, purpose, created_at FROM ${named})`,
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
 * What the event leaves open goes on, although it raised the stamp of the account to this one; nothing to be done where it leaves
 * nothing.
 */
export function keepOpenAt(
  event: StampEvent,
  from: Part<{ account_id: string; security_stamp: number }>,
): Part<{ id: string }> | undefined {
  const purposes = leftOpenAt(event);
  if (purposes.length === 0) return undefined;
  return keepOpen(sql`a.purpose = ANY(${purposes}::text[])`, from);
}

/** What meets `which`, a condition on attempt `a`, goes on although an event that it has done itself raised the stamp to this one. */
export function keepOpen(
  which: Sql,
  from: Part<{ account_id: string; security_stamp: number }>,
): Part<{ id: string }> {
  return part(
    'carried_over_attempts',
    sql`
    UPDATE attempts a SET security_stamp = f.security_stamp FROM ${from} f
    WHERE a.account_id = f.account_id AND ${which} AND a.status = 'open' AND a.security_stamp = f.security_stamp - 1 RETURNING a.id`,
  );
}
