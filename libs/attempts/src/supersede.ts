import { part, type From, type Part, source, sql } from '@app/database';
import type { Call } from '@app/kernel';
import type { AttemptMethod, AttemptPurpose } from './attempt.entity.js';

// What closes open attempts, or keeps them, without looking at a secret.

/** Closes the open attempts of these sessions: a new code takes their place. */
export function supersedeSession(
  { now }: Call,
  purpose: AttemptPurpose,
  from: From<{ session_id: string }>,
): Part<{ id: string }> {
  return part(
    'superseded_codes',
    sql`
    UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${source(from)} f
    WHERE a.session_id = f.session_id AND a.purpose = ${purpose} AND a.status = 'open' RETURNING a.id`,
  );
}

/** Closes the open attempts of the subject: a new code takes their place. */
export function supersedeSubject(
  { now }: Call,
  purpose: AttemptPurpose,
  from: From<{ subject: string }>,
): Part<{ id: string }> {
  return part(
    'superseded_codes',
    sql`
    UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${source(from)} f
    WHERE a.subject = f.subject AND a.purpose = ${purpose} AND a.status = 'open' RETURNING a.id`,
  );
}

/** Closes what is open of the browser attempt (`id`): a new code takes its place. */
export function supersedeBrowserAttempt({ now }: Call, from: From<{ id: string }>): Part<{ id: string }> {
  return part(
    'superseded_codes',
    sql`
    UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${source(from)} f
    WHERE a.browser_attempt_id = f.id AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id`,
  );
}

/**
 * Closes the codes that were sent to the account as its second factor: they may have gone to a phone that is
 * no longer its own. Those of a session end with it; others are for the account.
 */
export function supersedeSent({ now }: Call, from: From<{ account_id: string }>): Part<{ id: string }> {
  return part(
    'superseded_sent',
    sql`
    UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${source(from)} f
    WHERE a.account_id = f.account_id AND a.purpose = 'sign_in' AND a.factor = 'second' AND a.kind = 'code' AND a.status = 'open'
    RETURNING a.id`,
  );
}

/**
 * What is open for these purposes goes on, although an event raised the stamp of the account to this one.
 */
export function carryOver(
  purposes: AttemptPurpose[],
  from: From<{ account_id: string; security_stamp: number }>,
): Part<{ id: string }> {
  return part(
    'carried_over_attempts',
    sql`
    UPDATE attempts a SET security_stamp = f.security_stamp FROM ${source(from)} f
    WHERE a.account_id = f.account_id AND a.purpose = ANY(${purposes}::text[]) AND a.status = 'open'
      AND a.security_stamp = f.security_stamp - 1 RETURNING a.id`,
  );
}

/** The newest attempt of the session, whatever became of it. */
export function latestOfSession(
  purpose: AttemptPurpose,
  from: From<{ session_id: string }>,
): Part<{ account_id: string | null; method: AttemptMethod }> {
  return part(
    'latest',
    sql`
    SELECT a.account_id, a.method FROM attempts a JOIN ${source(from)} f USING (session_id)
    WHERE a.purpose = ${purpose} ORDER BY a.id DESC LIMIT 1`,
  );
}
