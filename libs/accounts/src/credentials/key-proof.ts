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
  return right ? data.publicKey : undefined;
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

/** ES256 on P-256, or EdDSA on Ed25519; whatever else a PEM may hold, a private key included, is none of ours. */
function readKey(pem: string): { publicKey: KeyObject; digest: 'sha256' | null } | undefined {
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return undefined;
  const publicKey = createPublicKey(pem);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === 'ed25519') return { publicKey, digest: null };
  return type === 'ec' && details?.namedCurve === 'prime256v1' ? { publicKey, digest: 'sha256' } : undefined;
}
