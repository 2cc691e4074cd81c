import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** A keyed hash at rest, with the name of the key that made it. */
export interface Mac {
  keyId: string;
  hash: string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * The server's secret keys: one makes, all verify, so that a key can be rotated without ending anything. The maker is the first
 * one, until the replicas have agreed on another (`makeWith`): no replica may make what its neighbour cannot verify.
 *
 * Each use (`label`) works with a key of its own, derived by HKDF-SHA-256 (RFC 5869), so that a value of one use
 * means nothing to another. Texts are length-prefixed before they are hashed: no two lists of parts collide.
 */
export class KeyRing {
  private maker: string;

  private constructor(private readonly keys: ReadonlyMap<string, Buffer>) {
    this.maker = [...keys.keys()][0] as string;
  }

  /** The ids of the keys, in the order of the configuration. */
  get ids(): string[] {
    return [...this.keys.keys()];
  }

  /** The id of the key that makes. */
  get makesWith(): string {
    return this.maker;
  }

  /** From now on this key of the ring makes. */
  makeWith(keyId: string): void {
    if (!this.keys.has(keyId)) throw new Error('a key that is not in the ring cannot make');
    this.maker = keyId;
  }

  /** What proves that a ring has these very keys, in the order of `ids`, and tells nothing about them. */
  proofs(): string[] {
    return this.ids.map((keyId) => this.hash(keyId, 'proof', []));
  }

  /** Reads `id:base64[,id:base64…]`, 32 bytes each. Throws a sentence that never holds a key. */
  static parse(text: string): KeyRing {
    const keys = new Map<string, Buffer>();
    for (const [index, entry] of text.split(',').entries()) {
      const [id, base64, ...rest] = entry.trim().split(':');
      if (!id || !KEY_ID.test(id) || !base64 || rest.length) {
        throw new Error(`key ${index + 1} is not of the form id:base64`);
      }
      const key = Buffer.from(base64, 'base64');
      if (key.length !== KEY_BYTES)
        throw new Error(`key ${index + 1} does not have ${KEY_BYTES} bytes of base64`);
      if (key.every((byte) => byte === 0)) throw new Error(`key ${index + 1} is all zeros`);
      if (keys.has(id)) throw new Error(`key ${index + 1} repeats the id of an earlier one`);
      keys.set(id, key);
    }
    return new KeyRing(keys);
  }

  /** A new entry in the form `parse` reads. */
  static generateEntry(id: string): string {
    return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
  }

  /** HMAC-SHA-256 of the parts under the key that makes (base64url). */
  mac(label: string, ...parts: string[]): Mac {
    const keyId = this.maker;
    return { keyId, hash: this.hash(keyId, label, parts) };
  }

  /** What `mac` would have given under each key of the ring, the maker's first: the values a stored hash may equal. */
  macs(label: string, ...parts: string[]): string[] {
    const makerFirst = [this.maker, ...this.ids.filter((keyId) => keyId !== this.maker)];
    return makerFirst.map((keyId) => this.hash(keyId, label, parts));
  }

  /** AES-256-GCM under the key that makes, bound to `context` (what the value belongs to): `keyId.base64url`. */
  seal(label: string, context: string, plain: string): string {
    const keyId = this.maker;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.derive(keyId, label), nonce).setAAD(
      Buffer.from(context),
    );
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return `${keyId}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
  }

  /** The same plain text under the key that makes; undefined when it rests under that one already. Throws as `unseal` does. */
  reseal(label: string, context: string, sealed: string): string | undefined {
    if (sealed.startsWith(`${this.maker}.`)) return undefined;
    return this.seal(label, context, this.unseal(label, context, sealed));
  }

  /** The plain text of `seal`. Throws when the key is gone, the context differs or the value was changed. */
  unseal(label: string, context: string, sealed: string): string {
    const [keyId = '', body = ''] = sealed.split('.');
    if (!this.keys.has(keyId)) throw new Error('sealed under a key that is no longer in the ring');
    const bytes = Buffer.from(body, 'base64url');
    // The length is fixed here: a shortened tag would be easier to forge, and the cipher would take it.
    const options = { authTagLength: TAG_BYTES };
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.derive(keyId, label), nonce, options)
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return (
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    );
  }

  private hash(keyId: string, label: string, parts: string[]): string {
    const hmac = createHmac('sha256', this.derive(keyId, label));
    for (const part of [keyId, ...parts]) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest('base64url');
  }

  private readonly derived = new Map<string, Buffer>();

  private derive(keyId: string, label: string): Buffer {
    const name = `${keyId}/${label}`;
    let key = this.derived.get(name);
    if (!key) {
      const root = this.keys.get(keyId) as Buffer;
      key = Buffer.from(hkdfSync('sha256', root, '', `countersign/${label}`, KEY_BYTES));
      this.derived.set(name, key);
    }
    return key;
  }
}
