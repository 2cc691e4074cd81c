import { after, empty, part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { MaybeOfAccount, OfAccount } from '../held-account.js';
import type { NewCredential, StoredCredential } from './credential-proofs.js';
import { opensByOthers } from '../ways-in.js';
import type { CredentialKind } from './credential.entity.js';

/**
 * Condition on table `accounts`: it never had a key, and a mailed code may be answered by its first one. Whoever has taken the last one
 * away has not asked for keys by mail. Where the mailbox is the second factor, it would be the first one as well: such an account gets its
 * keys in another way.
 */
export const UNREGISTERED = sql`(accounts.second_factor <> 'email' AND NOT EXISTS (
  SELECT FROM credentials c WHERE c.account_id = accounts.id))`;

/** Condition on key `c`: a passkey that opens its account. */
const IS_PASSKEY = sql`c.kind = 'Fido2' AND c.revoked_at IS NULL`;

/** The account, while it never had a key. */
export function unregisteredAccount(accountId: string): Part<OfAccount> {
  return part(
    'unregistered',
    sql`
    SELECT id AS account_id FROM accounts WHERE id = ${accountId}::bigint AND disabled_at IS NULL AND ${UNREGISTERED}`,
  );
}

/** A key that opens its account. */
export interface ActiveCredential extends StoredCredential {
  transports: string[];
  encrypted_private_key: string | null;
}

/** The keys that open the account. */
export function activeCredentials(from: Part<MaybeOfAccount>): Part<ActiveCredential> {
  return part(
    'active_credentials',
    sql`
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN ${from} f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id`,
  );
}

export interface HeldCredential extends OfAccount {
  id: string;
  kind: CredentialKind;
  sign_count: string;
}

/** The key of this row, locked, while it is good. */
export function lockedCredential(id: string | undefined): Part<HeldCredential> {
  return part(
    'held_credential',
    sql`
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = ${id ?? null}::bigint AND c.revoked_at IS NULL FOR UPDATE`,
  );
}

/** Condition: the counter is later than the last one of the held key, or the authenticator has none (WebAuthn §6.1.1). */
export function isNewCount(count: number | undefined, held: Part<Pick<HeldCredential, 'sign_count'>>): Sql {
  return sql`coalesce((SELECT ${count ?? null}::bigint > h.sign_count OR (${count ?? null}::bigint = 0 AND h.sign_count = 0)
    FROM ${held} h), false)`;
}

/** Stores the counter once the attempt is redeemed by it. */
export function storeCount(
  count: number | undefined,
  held: Part<{ id: string }>,
  verdict: Part<{ outcome: string }>,
): Part<{ id: string }> {
  return part(
    'counted',
    sql`
    UPDATE credentials c SET sign_count = ${count ?? null}::bigint FROM ${held} h, ${verdict} v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id`,
  );
}

/** Revokes every key of the account, those too that its owner has put out of use: none of them comes back. */
export function revokeCredentials(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<MaybeOfAccount>,
): Part<{ id: string }> {
  return part(
    'revoked',
    sql`
    UPDATE credentials c SET revoked_at = coalesce(c.revoked_at, ${now}::timestamptz), deactivated_at = NULL FROM ${from} f
    WHERE c.account_id = f.account_id AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL) RETURNING c.id`,
  );
}

/** A new credential with the ids its row is to have. */
export type CredentialRow = NewCredential & { id: string; uuid: string };

/**
 * Gives the keys, a jsonb list of `CredentialRow`, to the account. `first`: a part to be done first, so that what it revokes is
 * out of the way.
 */
export function insertCredentials(
  { now }: Pick<RequestContext, 'now'>,
  rows: Sql,
  from: Part<OfAccount>,
  first?: Part,
): Part<{ id: string }> {
  return part(
    'inserted',
    sql`
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      ${now}::timestamptz
    FROM ${from} f, ${first ? sql`${after(first)},` : empty}
      jsonb_to_recordset(${rows}) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id`,
  );
}

/** A passkey as its owner is shown it. */
export interface OwnPasskey {
  id: string;
  name: string;
  created_at: Date;
}

/** The passkeys of the account, newest last. */
export function ownPasskeys(from: Part<OfAccount>): Part<OwnPasskey> {
  return part(
    'own_passkeys',
    sql`SELECT c.id::text AS id, c.name, c.created_at FROM credentials c JOIN ${from} f USING (account_id) WHERE ${IS_PASSKEY} ORDER BY c.id`,
  );
}

/** Gives a passkey of the account another name; no row when it has none of this id, a number as text. */
export function renamePasskey(id: string, name: string, from: Part<OfAccount>): Part<OwnPasskey & OfAccount> {
  return part(
    'renamed',
    sql`
    UPDATE credentials c SET name = ${name} FROM ${from} f
    WHERE c.account_id = f.account_id AND c.id::text = ${id} AND ${IS_PASSKEY}
    RETURNING c.id::text AS id, c.name, c.created_at, c.account_id`,
  );
}

/** Revokes a passkey of the account, unless nothing else opens it; no row likewise. The account has to be held by a statement before. */
export function revokePasskey(
  { now }: Pick<RequestContext, 'now'>,
  id: string,
  from: Part<OfAccount>,
): Part<OfAccount> {
  return part(
    'revoked',
    sql`
    UPDATE credentials c SET revoked_at = ${now}::timestamptz FROM ${from} f JOIN accounts a ON a.id = f.account_id
    WHERE c.account_id = f.account_id AND c.id::text = ${id} AND ${IS_PASSKEY}
      AND (a.password_hash IS NOT NULL OR ${opensByOthers(sql`c.id`)})
    RETURNING c.account_id`,
  );
}
