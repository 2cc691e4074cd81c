import { part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { MaybeOfAccount, OfAccount } from '../held-account.js';
import type { CredentialKind } from './credential.entity.js';

/** A key of an account as its owner is shown it. */
export interface OwnKey {
  uuid: string;
  kind: CredentialKind;
  credential_id: string;
  name: string;
  public_key: string;
  created_at: Date;
  is_active: boolean;
}

/** The keys of the account, in use or put out of use by its owner, newest last; none that was revoked otherwise. */
export function ownKeys(from: Part<MaybeOfAccount>): Part<OwnKey> {
  return part(
    'own_keys',
    sql`
    SELECT c.uuid, c.kind, c.credential_id, c.name, c.public_key, c.created_at, c.revoked_at IS NULL AS is_active
    FROM credentials c JOIN ${from} f USING (account_id)
    WHERE c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL ORDER BY c.id`,
  );
}

/** Whether the account has fewer keys than this, in use or put out of use; the account is held, so that none is added meanwhile. */
export function hasRoomForKey(from: Part<MaybeOfAccount>, limit: number): Part<{ room: boolean }> {
  return part('room', sql`SELECT count(*) < ${limit}::int AS room FROM ${ownKeys(from)}`);
}

/** How the change of one key has gone; `last`: no other one would sign in, and none is put out of use. */
export interface KeyChange extends OfAccount {
  outcome: 'changed' | 'unchanged' | 'last' | 'absent';
}

/**
 * Puts a key of the account out of use, or takes it back. The account has to be held alone, in a statement before this one: of two calls at
 * once each has to see what the other has done. One that was registered anew meanwhile violates the index of its id.
 */
export function switchKey(
  { now }: Pick<RequestContext, 'now'>,
  uuid: string,
  active: boolean,
  from: Part<OfAccount>,
): { change: Part<KeyChange>; switched: Part<OfAccount> } {
  const found = part<OfAccount & { id: string; is_active: boolean; is_last: boolean }>(
    'found',
    sql`
      SELECT c.id, c.account_id, c.revoked_at IS NULL AS is_active, c.kind <> 'RecoveryKey' AND NOT EXISTS (
        SELECT FROM credentials o WHERE o.account_id = c.account_id AND o.id <> c.id AND o.kind <> 'RecoveryKey'
          AND o.revoked_at IS NULL) AS is_last
      FROM credentials c JOIN ${from} f USING (account_id)
      WHERE c.uuid = ${uuid}::uuid AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL)`,
  );
  const at = active ? sql`NULL::timestamptz` : sql`${now}::timestamptz`;
  const switched = part<OfAccount>(
    'switched',
    sql`
      UPDATE credentials c SET revoked_at = ${at}, deactivated_at = ${at} FROM ${found} k
      WHERE c.id = k.id AND k.is_active <> ${active}::boolean AND (${active}::boolean OR NOT k.is_last) RETURNING c.account_id`,
  );
  const change = part<KeyChange>(
    'change',
    sql`
      SELECT f.account_id, CASE WHEN k.id IS NULL THEN 'absent' WHEN k.is_active = ${active}::boolean THEN 'unchanged'
        WHEN EXISTS (SELECT FROM ${switched}) THEN 'changed' ELSE 'last' END AS outcome
      FROM ${from} f LEFT JOIN ${found} k ON true`,
  );
  return { change, switched };
}
