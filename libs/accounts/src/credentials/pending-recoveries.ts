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

export interface TakenRecovery extends OfAccount {
  credentials: unknown;
  totp_sealed: string | null;
}

/**
 * Takes a recovery that is due, once; of any number of replicas one does. No row, and an end of its own, when its account has been
 * disabled meanwhile.
 */
export function takeRecovery(
  { now }: RequestContext,
  id: string,
): { taken: Part<TakenRecovery>; refused: Part<OfAccount> } {
  const ended = part<TakenRecovery & { end_reason: string }>(
    'ended',
    sql`
      UPDATE pending_recoveries p SET ended_at = ${now}::timestamptz,
        end_reason = CASE WHEN a.disabled_at IS NULL THEN 'completed' ELSE 'account_disabled' END
      FROM accounts a WHERE p.id = ${id}::bigint AND p.ended_at IS NULL AND a.id = p.account_id
      RETURNING p.account_id, p.credentials, p.totp_sealed, p.end_reason`,
  );
  return {
    taken: part(
      'taken',
      sql`SELECT account_id, credentials, totp_sealed FROM ${ended} WHERE end_reason = 'completed'`,
    ),
    refused: part('refused', sql`SELECT account_id FROM ${ended} WHERE end_reason <> 'completed'`),
  };
}

/** Ends what waits for the account, for this reason: what its operator does, and what happens to one that cannot be done. */
export function endRecoveries(
  { now }: Pick<RequestContext, 'now'>,
  reason: string,
  from: Part<OfAccount>,
): Part<OfAccount & { id: string }> {
  return part(
    'ended',
    sql`
    UPDATE pending_recoveries p SET ended_at = ${now}::timestamptz, end_reason = ${reason} FROM ${from} f
    WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id, p.account_id`,
  );
}
