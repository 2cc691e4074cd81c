import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { Decided, HeldAccount, OfAccount } from './held-account.js';

/** Where an account is to be reached; in the form in which it is stored. */
export interface WantedContact {
  channel: 'email' | 'sms';
  address: string;
}

/** One that waits for its proof. */
export interface WaitingContact extends OfAccount {
  id: string;
  channel: 'email' | 'sms';
  address: string;
  attempt_id: string | null;
}

const COLUMNS = sql`c.account_id, c.id::text AS id, c.method AS channel, c.address, c.attempt_id`;

/**
 * Notes what the account is to have once it is proven, in the place of what waited before: of two at once one stays. `attemptId`: by
 * which it is proven, where that is sent at once.
 */
export function noteContact(
  { channel, address }: WantedContact,
  { id, attemptId, expiresAt }: { id: string; attemptId?: string; expiresAt: Date },
  from: Part<OfAccount>,
): Part<WaitingContact> {
  return part(
    'noted_contact',
    sql`
    INSERT INTO contact_changes AS c (account_id, method, id, address, attempt_id, expires_at)
    SELECT f.account_id, ${channel}, ${id}::bigint, ${address}, ${attemptId ?? null}::bigint, ${expiresAt}::timestamptz FROM ${from} f
    ON CONFLICT (account_id, method) DO UPDATE SET id = excluded.id, address = excluded.address, attempt_id = excluded.attempt_id,
      expires_at = excluded.expires_at
    RETURNING ${COLUMNS}`,
  );
}

/** What waits for its proof, of the account. */
export function waitingContacts(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<OfAccount>,
): Part<WaitingContact> {
  return part(
    'waiting_contacts',
    sql`
    SELECT ${COLUMNS} FROM contact_changes c JOIN ${from} f ON f.account_id = c.account_id
    WHERE c.expires_at > ${now}::timestamptz`,
  );
}

/** Condition on attempt `a`: it is the one that proves what its account is to have. */
export const provesContact: Sql = sql`EXISTS (
  SELECT FROM contact_changes p WHERE p.account_id = a.account_id AND p.attempt_id = a.id)`;

/** What these attempts prove, as they are looked at and not redeemed. */
export function contactBehind<Row extends { account_id: string; attempt_id: string }>(
  from: Part<Row>,
): Part<Row & { address: string }> {
  return part(
    'contact_behind',
    sql`
    SELECT f.*, c.address FROM ${from} f JOIN contact_changes c ON c.account_id = f.account_id AND c.attempt_id = f.attempt_id::bigint`,
  );
}

/** What a redeemed attempt has proven, as the account's stamp was then; no row for any other verdict. */
export function provenContact(
  verdict: Part<Decided & { attempt_id: string | null; security_stamp: number | null }>,
): Part<HeldAccount & { address: string }> {
  return part(
    'proven_contact',
    sql`
    SELECT v.account_id, v.security_stamp, c.address FROM ${verdict} v JOIN contact_changes c
      ON c.account_id = v.account_id AND c.attempt_id = v.attempt_id
    WHERE v.outcome = 'redeemed'`,
  );
}

/** Forgets what waited, of this id or by its proof. */
export function dropContact(
  id: string | null,
  from: Part<OfAccount>,
  channel: WantedContact['channel'],
): Part<OfAccount> {
  return part(
    'dropped_contact',
    sql`
    DELETE FROM contact_changes c USING ${from} f
    WHERE c.account_id = f.account_id AND c.method = ${channel} AND c.id = coalesce(${id}::bigint, c.id) RETURNING c.account_id`,
  );
}

/** Statement: a batch of what nobody has proven in time. What others hold is skipped. */
export function purgeContactChanges(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM contact_changes WHERE (account_id, method) IN (
      SELECT account_id, method FROM contact_changes WHERE expires_at <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING account_id`;
}
