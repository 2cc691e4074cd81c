import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { attestedKey, isAsserted } from './key-proof.js';

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const CLIENT_DATA = base64url('{"type":"key.get","challenge":"c"}');
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
const digestOf = (key: KeyObject) => (key.asymmetricKeyType === 'ed25519' ? null : 'sha256');

const pairs = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  Ed25519: generateKeyPairSync('ed25519'),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

function attestation(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  pem = pemOf(publicKey),
) {
  const clientDataHash = createHash('sha256').update(Buffer.from(CLIENT_DATA, 'base64url')).digest('hex');
  const signed = Buffer.from(JSON.stringify({ clientDataHash, publicKey: pem }));
  const signature = sign(digestOf(privateKey), signed, privateKey).toString('hex');
  return base64url(JSON.stringify({ publicKey: pem, signature }));
}

describe('attestedKey', () => {
  it.each(['P-256', 'Ed25519'] as const)('accepts a %s key that signed its own offer', (name) => {
    expect(attestedKey(CLIENT_DATA, attestation(pairs[name]))).toBe(pemOf(pairs[name].publicKey));
  });

  it.each(['P-384', 'secp256k1', 'RSA'] as const)('refuses %s', (name) => {
    expect(attestedKey(CLIENT_DATA, attestation(pairs[name]))).toBeUndefined();
  });

  it('refuses a private key in place of the public one: it would be stored', () => {
    const pem = pairs['P-256'].privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(attestedKey(CLIENT_DATA, attestation(pairs['P-256'], pem))).toBeUndefined();
  });

  it('refuses an offer for other client data', () => {
    expect(attestedKey(base64url('{}'), attestation(pairs['P-256']))).toBeUndefined();
  });
});

describe('isAsserted', () => {
  const { publicKey, privateKey } = pairs['P-256'];
  const signature = sign('sha256', Buffer.from(CLIENT_DATA, 'base64url'), privateKey);

  it('accepts the signature of the key over the client data, and no other', () => {
    expect(isAsserted(pemOf(publicKey), CLIENT_DATA, signature.toString('base64url'))).toBe(true);
    expect(isAsserted(pemOf(publicKey), base64url('{}'), signature.toString('base64url'))).toBe(false);
    expect(isAsserted(pemOf(pairs.Ed25519.publicKey), CLIENT_DATA, signature.toString('base64url'))).toBe(
      false,
    );
  });

  it.each(['', '!', 'AA', signature.toString('hex').slice(0, 20)])('refuses %j as a signature', (text) => {
    expect(isAsserted(pemOf(publicKey), CLIENT_DATA, text)).toBe(false);
  });

  it('refuses to verify with what is no key', () => {
    expect(isAsserted('-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----', CLIENT_DATA, 'AA')).toBe(
      false,
    );
  });
});
