import { after, part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { MaybeOfAccount, OfAccount } from '../held-account.js';
import type { CredentialRow } from './credentials.js';

/** Proven recoveries that wait until they are due. */

/** What a recovery is to give the account when it is due. */
export interface PostponedKeys {
  rows: CredentialRow[];
  totp?: { sealed: string };
}

/** Keeps a recovery of the account until it is due, in the place of one that waits already. */
export function postponeRecovery(
  { now, protocol, nextId }: RequestContext,
  dueAt: Date,
  { rows, totp }: PostponedKeys,
  from: Part<OfAccount>,
): Part<{ id: string }> {
  const replaced = part(
    'replaced',
    sql`
      UPDATE pending_recoveries p SET ended_at = ${now}::timestamptz, end_reason = 'replaced' FROM ${from} f
      WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id`,
  );
  return part(
    'postponed',
    sql`
    INSERT INTO pending_recoveries (id, account_id, protocol, credentials, totp_sealed, created_at, due_at)
    SELECT ${nextId()}::bigint, f.account_id, ${protocol}, ${JSON.stringify(rows)}::jsonb, ${totp?.sealed ?? null},
      ${now}::timestamptz, ${dueAt}::timestamptz
    FROM ${from} f, ${after(replaced)} RETURNING id`,
  );
}

/** Stops what waits for the account of a redeemed attempt, while it is not due. */
export function stopRecovery(
  { now }: RequestContext,
  verdict: Part<MaybeOfAccount & { outcome: string }>,
): Part<{ id: string }> {
  return part(
    'stopped',
    sql`
    UPDATE pending_recoveries p SET ended_at = ${now}::timestamptz, end_reason = 'stopped' FROM ${verdict} v
    WHERE v.outcome = 'redeemed' AND p.account_id = v.account_id AND p.ended_at IS NULL AND p.due_at > ${now}::timestamptz
    RETURNING p.id`,
  );
}

export interface DueRecovery {
  id: string;
  account_id: string;
  protocol: string;
}

/** The recoveries that are due, the oldest first. */
export function dueRecoveries(now: Date, batch: number): Part<DueRecovery> {
  return part(
    'due',
    sql`
    SELECT id::text AS id, account_id::text AS account_id, protocol FROM pending_recoveries
    WHERE ended_at IS NULL AND due_at <= ${now}::timestamptz ORDER BY due_at LIMIT ${batch}::int`,
  );
}

/** Takes a recovery that is due, once; of any number of replicas one does. */
export function takeRecovery(
  { now }: RequestContext,
  id: string,
): Part<OfAccount & { credentials: unknown; totp_sealed: string | null }> {
  return part(
    'taken',
    sql`
    UPDATE pending_recoveries SET ended_at = ${now}::timestamptz, end_reason = 'completed'
    WHERE id = ${id}::bigint AND ended_at IS NULL RETURNING account_id, credentials, totp_sealed`,
  );
}
