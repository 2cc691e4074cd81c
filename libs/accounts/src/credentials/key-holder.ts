import { part, type Part, sql } from '@app/database';
import type { SecondFactor } from '../account.entity.js';
import type { MaybeOfAccount } from '../held-account.js';
import type { StoredCredential } from './credential-proofs.js';
import type { CredentialKind } from './credential.entity.js';
import { activeCredentials } from './credentials.js';

/** A key as it travels in JSON. */
export interface HeldKey {
  id: string;
  kind: CredentialKind;
  credential_id: string;
  public_key: string;
  sign_count: string;
  transports: string[];
  encrypted_private_key: string | null;
}

/** An account and the keys that open it, as it travels in JSON. */
export interface KeyHolder {
  id: string;
  uuid: string;
  name: string;
  org_id: string | null;
  second_factor: SecondFactor;
  security_stamp: number;
  keys: HeldKey[];
}

/** The account with its keys, in one column; no row for nobody, nor for a disabled one. */
export function keyHolderOf(from: Part<MaybeOfAccount>): Part<{ holder: KeyHolder }> {
  return part(
    'key_holder',
    sql`
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM ${activeCredentials(from)} k)) AS holder
    FROM accounts a JOIN ${from} f ON f.account_id = a.id WHERE a.disabled_at IS NULL`,
  );
}

/** The account of a key, as it travels in JSON. */
export type KeyAccount = Pick<KeyHolder, 'id' | 'uuid' | 'org_id' | 'second_factor' | 'security_stamp'>;

/** A key that signs in: not one that is good for a recovery alone. */
export interface LoginKey {
  account_id: string;
  kind: CredentialKind;
  key: StoredCredential;
  account: KeyAccount;
  /** The secret of the account's authenticator, sealed. */
  totp_sealed: string | null;
}

/** The keys of this id with their accounts, none for a disabled one. */
export function loginKey(credentialId: string): Part<LoginKey> {
  return part(
    'login_key',
    sql`
    SELECT c.account_id, c.kind,
      json_build_object('id', c.id::text, 'kind', c.kind, 'credential_id', c.credential_id, 'public_key', c.public_key,
        'sign_count', c.sign_count::text) AS key,
      json_build_object('id', o.id::text, 'uuid', o.uuid, 'org_id', o.org_id, 'second_factor', o.second_factor,
        'security_stamp', o.security_stamp) AS account,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = o.id) AS totp_sealed
    FROM credentials c JOIN accounts o ON o.id = c.account_id AND o.disabled_at IS NULL
    WHERE c.credential_id = ${credentialId} AND c.revoked_at IS NULL AND c.kind <> 'RecoveryKey'`,
  );
}
