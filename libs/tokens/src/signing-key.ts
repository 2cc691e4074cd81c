import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { JwtService } from '@nestjs/jwt';
import type { KeyRing } from '@app/kernel';
import type { SigningKeyEntity } from './signing-key.entity.js';

export const SIGNING_KEY_LABEL = 'signing_key';
const ALGORITHM = 'ES256';

/** The public half as it is published (RFC 7517). */
export interface PublicJwk {
  kty: string;
  crv: string;
  x: string;
  y: string;
  kid: string;
  alg: string;
  use: string;
}

/** A new key pair as it rests in the table. */
export type SealedKey = Pick<SigningKeyEntity, 'kid' | 'privateKeySealed'>;

export type SigningKeyRow = Pick<SigningKeyEntity, 'kid' | 'privateKeySealed' | 'signsFrom' | 'goodUntil'>;

/** A key that this process can use. */
export interface SigningKey extends Omit<SigningKeyRow, 'privateKeySealed'> {
  jwk: PublicJwk;
  /** Signs and verifies with this pair and algorithm alone. */
  jwt: JwtService;
}

export async function generateSealedKey(ring: KeyRing): Promise<SealedKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const kid = thumbprint(publicKey);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { kid, privateKeySealed: ring.seal(SIGNING_KEY_LABEL, kid, pem) };
}

/** Throws, with what to do about it, when the row was not sealed by a key of this ring for this `kid`. */
export function openKey(
  ring: KeyRing,
  { kid, privateKeySealed, signsFrom, goodUntil }: SigningKeyRow,
): SigningKey {
  const privateKey = createPrivateKey(unseal(ring, kid, privateKeySealed));
  const publicKey = createPublicKey(privateKey);
  const { kty, crv, x, y } = coordinates(publicKey);
  const jwt = new JwtService({
    privateKey,
    publicKey,
    signOptions: { algorithm: ALGORITHM, keyid: kid },
    verifyOptions: { algorithms: [ALGORITHM] },
  });
  return { kid, signsFrom, goodUntil, jwk: { kty, crv, x, y, kid, alg: ALGORITHM, use: 'sig' }, jwt };
}

function unseal(ring: KeyRing, kid: string, sealed: string): string {
  try {
    return ring.unseal(SIGNING_KEY_LABEL, kid, sealed);
  } catch (cause) {
    throw new Error(
      `The signing key ${kid} cannot be opened: put the server key it was sealed under back into COUNTERSIGN_KEYS, ` +
        'or replace it at once with `keys rotate --compromised`.',
      { cause },
    );
  }
}

/** RFC 7638: SHA-256 over the required members in alphabetical order. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = coordinates(publicKey);
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function coordinates(publicKey: KeyObject): Pick<PublicJwk, 'kty' | 'crv' | 'x' | 'y'> {
  return publicKey.export({ format: 'jwk' }) as Pick<PublicJwk, 'kty' | 'crv' | 'x' | 'y'>;
}
