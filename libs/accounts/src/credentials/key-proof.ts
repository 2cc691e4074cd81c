import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { decodeBase64Url, decodeJson } from './client-data.js';

const attestation = z.looseObject({
  publicKey: z.string().max(2048),
  signature: z.string().regex(/^([0-9a-fA-F]{2})+$/),
});

/** The public key (PEM) of a new `Key` or `RecoveryKey`, if it has signed its own offer; else undefined. */
export function attestedKey(clientData: string, attestationData: string): string | undefined {
  const { data } = attestation.safeParse(decodeJson(attestationData));
  const bytes = decodeBase64Url(clientData);
  if (!data || !bytes) return undefined;
  const clientDataHash = createHash('sha256').update(bytes).digest('hex');
  const signed = JSON.stringify({ clientDataHash, publicKey: data.publicKey });
  const right = isSignedBy(data.publicKey, Buffer.from(signed), Buffer.from(data.signature, 'hex'));
  return right ? readKey(data.publicKey)?.pem : undefined;
}

/** Whether the client data was signed by the key. `signature`: base64url, DER for ES256. */
export function isAsserted(publicKey: string, clientData: string, signature: string): boolean {
  const bytes = decodeBase64Url(clientData);
  const signatureBytes = decodeBase64Url(signature);
  return bytes !== undefined && signatureBytes !== undefined && isSignedBy(publicKey, bytes, signatureBytes);
}

function isSignedBy(pem: string, data: Buffer, signature: Buffer): boolean {
  try {
    const key = readKey(pem);
    return key !== undefined && verify(key.digest, data, key.publicKey, signature);
  } catch {
    return false;
  }
}

/** RFC 7468, and nothing before or after it. */
const PEM = /^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;

interface PublicKey {
  publicKey: KeyObject;
  digest: 'sha256' | null;
  /** As it is stored: one key has one spelling, and whatever its client wrote around it is gone. */
  pem: string;
}

/** ES256 on P-256, or EdDSA on Ed25519; whatever else a PEM may hold, a private key included, is none of ours. */
function readKey(text: string): PublicKey | undefined {
  if (!PEM.test(text)) return undefined;
  const publicKey = createPublicKey(text);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === 'ed25519') return { publicKey, digest: null, pem };
  const isP256 = type === 'ec' && details?.namedCurve === 'prime256v1';
  return isP256 ? { publicKey, digest: 'sha256', pem } : undefined;
}
