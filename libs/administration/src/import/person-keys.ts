import { randomUUID } from 'node:crypto';
import type { IncomingCredential, IncomingIdentity } from '@app/accounts';
import type { ReadPerson } from '../person.js';
import { PersonRefused } from './person-refused.js';

const PEM = /^-----BEGIN PUBLIC KEY-----/;
const BASE64URL = /^[\w-]+$/;

/** The keys of a person. `at`: when they were registered, where nothing says so. */
export function credentialsOf(
  { credentials }: ReadPerson,
  at: string,
  nextId: () => string,
): IncomingCredential[] | null {
  if (!credentials?.length) return null;
  const names = new Set(credentials.map(({ credentialId }) => credentialId));
  if (names.size < credentials.length) throw new PersonRefused('credentials: one of them is there twice');
  return credentials.map((key) => {
    const isKey = key.kind === 'Fido2' ? BASE64URL.test(key.publicKey) : PEM.test(key.publicKey);
    if (!isKey)
      throw new PersonRefused(
        'credentials: publicKey has to be base64url of a COSE key for Fido2, and PEM otherwise',
      );
    return {
      id: nextId(),
      uuid: key.uuid ?? randomUUID(),
      kind: key.kind,
      credential_id: key.credentialId,
      name: key.name ?? key.kind,
      public_key: key.publicKey,
      sign_count: key.signCount ?? 0,
      transports: key.transports ?? [],
      encrypted_private_key: key.encryptedPrivateKey ?? null,
      created_at: key.createdAt ?? at,
      deactivated_at: key.deactivatedAt ?? null,
    };
  });
}

/** By which providers a person signs in: one identity of each issuer. */
export function identitiesOf({ identities }: ReadPerson, at: string): IncomingIdentity[] | null {
  if (!identities?.length) return null;
  if (new Set(identities.map(({ issuer }) => issuer)).size < identities.length)
    throw new PersonRefused('identities: an account has one of each issuer');
  return identities.map(({ provider, issuer, subject, linkedAt }) => ({
    provider,
    issuer,
    subject,
    linked_at: linkedAt ?? at,
  }));
}
