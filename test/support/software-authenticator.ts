import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export const ORIGIN = 'http://localhost:3000';
const RP_ID = 'localhost';

type Kind = 'Fido2' | 'Key' | 'RecoveryKey';
type KeyType = 'ES256' | 'EdDSA';

const base64url = (data: string | Buffer) => Buffer.from(data).toString('base64url');
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const signed = (key: KeyObject, data: Buffer) =>
  sign(key.asymmetricKeyType === 'ec' ? 'sha256' : null, data, key);

interface Overrides {
  origin?: string;
  type?: string;
  crossOrigin?: boolean;
  /** Of a page in which ours was shown. */
  topOrigin?: string;
  challenge?: string;
}

/** A key pair that a program keeps: makes the proofs of `Key` and `RecoveryKey`. */
export class SoftwareKey {
  private readonly pair: { publicKey: KeyObject; privateKey: KeyObject };

  constructor(
    readonly kind: 'Key' | 'RecoveryKey' = 'Key',
    type: KeyType = 'ES256',
    readonly credId = randomBytes(32).toString('base64url'),
  ) {
    this.pair =
      type === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  }

  get publicKeyPem(): string {
    return this.pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  }

  /** The credential, as a registration offers it. */
  create(challenge: string, { origin = ORIGIN, type = 'key.create', crossOrigin = false }: Overrides = {}) {
    const clientData = JSON.stringify({ type, challenge: base64url(challenge), origin, crossOrigin });
    const publicKey = this.publicKeyPem;
    const info = JSON.stringify({ clientDataHash: sha256(clientData).toString('hex'), publicKey });
    const signature = signed(this.pair.privateKey, Buffer.from(info)).toString('hex');
    return {
      credentialKind: this.kind,
      credentialName: `my ${this.kind}`,
      credentialInfo: {
        credId: this.credId,
        clientData: base64url(clientData),
        attestationData: base64url(JSON.stringify({ publicKey, signature })),
      },
    };
  }

  /** An assertion: the challenge as given, and no origin, as programs do, unless told otherwise. */
  get(challenge: string, { type = 'key.get', ...rest }: Overrides = {}) {
    const clientData = JSON.stringify({ type, challenge, ...rest });
    const signature = signed(this.pair.privateKey, Buffer.from(clientData)).toString('base64url');
    return { credId: this.credId, clientData: base64url(clientData), signature };
  }

  /** The proof of a recovery: the key signs the new keys. */
  recover(newCredentials: unknown, overrides?: Overrides) {
    const assertion = this.get(base64url(JSON.stringify(newCredentials)), {
      origin: ORIGIN,
      crossOrigin: false,
      ...overrides,
    });
    return { kind: 'RecoveryKey', credentialAssertion: assertion };
  }

  firstFactor(challenge: string, overrides?: Overrides): { kind: Kind; credentialAssertion: object } {
    return { kind: this.kind, credentialAssertion: this.get(challenge, overrides) };
  }
}

/** An authenticator in software: real attestation objects ("none") and assertions, with a counter. */
export class SoftwareAuthenticator {
  readonly id = randomBytes(32);
  readonly credId = this.id.toString('base64url');
  counter = 0;
  private readonly pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  create(
    challenge: string | Buffer,
    { origin = ORIGIN, type = 'webauthn.create', crossOrigin = false, topOrigin }: Overrides = {},
  ) {
    const signedText = { type, challenge: base64url(challenge), origin, crossOrigin, topOrigin };
    const clientData = JSON.stringify(signedText);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const authData = Buffer.concat([this.authData(0x45), Buffer.alloc(16), length, this.id, this.coseKey()]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      cborBytes(authData),
    ]);
    return {
      credentialKind: 'Fido2' as const,
      credentialInfo: {
        credId: this.credId,
        clientData: base64url(clientData),
        attestationData: base64url(attestationObject),
      },
    };
  }

  firstFactor(
    challenge: string | Buffer,
    { origin = ORIGIN, type = 'webauthn.get', crossOrigin = false, topOrigin }: Overrides = {},
  ) {
    const signedText = { type, challenge: base64url(challenge), origin, crossOrigin, topOrigin };
    const clientData = JSON.stringify(signedText);
    this.counter += 1;
    const authData = this.authData(0x05);
    const signature = signed(this.pair.privateKey, Buffer.concat([authData, sha256(clientData)]));
    return {
      kind: 'Fido2' as const,
      credentialAssertion: {
        credId: this.credId,
        clientData: base64url(clientData),
        authenticatorData: base64url(authData),
        signature: base64url(signature),
      },
    };
  }

  /** Hash of the domain, flags (present, verified, and attested data), counter. */
  private authData(flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(RP_ID), Buffer.from([flags]), counter]);
  }

  /** COSE: EC2, ES256, P-256, x, y. */
  private coseKey(): Buffer {
    const { x = '', y = '' } = this.pair.publicKey.export({ format: 'jwk' });
    const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]);
    const bytes = (text: string) => cborBytes(Buffer.from(text, 'base64url'));
    return Buffer.concat([head, bytes(x), Buffer.from([0x22]), bytes(y)]);
  }
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function cborBytes(data: Buffer): Buffer {
  const head =
    data.length < 256
      ? Buffer.from([0x58, data.length])
      : Buffer.from([0x59, data.length >> 8, data.length & 255]);
  return Buffer.concat([head, data]);
}
