import { part, type Part, type Query, sql, type Sql, statement } from '@app/database';
import { ENDED } from './tallies.js';

/**
 * Statements that tidy up a batch each and answer a row for each row they took. What others hold is skipped, not waited for.
 * Budgets of accounts stay: an open attempt cannot be redeemed without its row, and there are two for an account.
 */
export const attemptPurges = {
  /** Attempts that ran out of time say so. */
  expire: (now: Date, batch: number): Query =>
    statement(
      part(
        'ran_out',
        sql`
    UPDATE attempts SET status = 'expired', closed_at = expires_at WHERE id IN (
      SELECT id FROM attempts WHERE status = 'open' AND expires_at <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id, purpose, method, status`,
        ENDED,
      ),
    ),

  /** Attempts kept long enough to be explained. */
  attempts: (before: Date, batch: number): Sql => sql`
    DELETE FROM attempts WHERE id IN (
      SELECT id FROM attempts WHERE expires_at <= ${before}::timestamptz AND status <> 'open'
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`,

  sendWindows: (now: Date, batch: number): Sql => sql`
    DELETE FROM send_windows WHERE (subject, purpose) IN (
      SELECT subject, purpose FROM send_windows
      WHERE next_at <= ${now}::timestamptz AND window_ends_at <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING subject`,

  /** Refilled budgets of identifiers that no account has. */
  strangersBudgets: (now: Date, batch: number): Sql => sql`
    DELETE FROM guess_budgets WHERE (subject, factor) IN (
      SELECT subject, factor FROM guess_budgets b
      WHERE subject LIKE '?%' AND coalesce(refills_at, '-infinity') <= ${now}::timestamptz
        AND NOT EXISTS (SELECT FROM attempts a WHERE a.subject = b.subject AND a.status = 'open')
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING subject`,
};

/** The budgets of accounts that are deleted go with them. */
export function dropBudgets(of: Part<{ account_id: string }>): Part<{ subject: string }> {
  return part(
    'budgets',
    sql`
    DELETE FROM guess_budgets WHERE subject IN (SELECT account_id::text FROM ${of}) RETURNING subject`,
  );
}

/** And when they may be sent something again, also at one channel (`email:<id>`) and at the call of one network (`<id> from <network>`). */
export function dropSendWindows(of: Part<{ account_id: string }>): Part<{ subject: string }> {
  return part(
    'windows',
    sql`
    DELETE FROM send_windows w USING ${of} f
    WHERE substring(w.subject FROM '^(?:[a-z]+:)?([0-9]+)(?: |$)') = f.account_id::text RETURNING w.subject`,
  );
}
