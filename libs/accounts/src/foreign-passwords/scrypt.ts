import { createCipheriv, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { bounded, bytesOf, derivedOf, type ReadForeignHash } from './foreign-hash.js';

const derive = promisify(scrypt) as (
  password: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
) => Promise<Buffer>;
const LN = [1, 17] as const;
const BLOCK = [1, 32] as const;
const LANES = [1, 16] as const;
/** Bytes that one guess may take: 64 MiB, as much as argon2 may. */
const MEMORY = [0, 2 ** 26] as const;
const PHC = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]*)\$([^$]+)$/;
const FIREBASE = /^\$firebase-scrypt\$ln=(\d+),r=(\d+)\$([^$]*)\$([^$]*)\$([^$]+)\$([^$]+)$/;
const FIREBASE_KEY_BYTES = 32;

/** scrypt (RFC 7914) as `$scrypt$ln=…,r=…,p=…$salt$hash`: salt and hash in base64, `ln` the logarithm of N. */
export const readScrypt: ReadForeignHash = (text) => {
  const [, ln, r, p, salt = '', hash = ''] = PHC.exec(text) ?? [];
  if (ln === undefined) return undefined;
  const [options, derived] = [optionsOf(ln, r, p), derivedOf(hash)];
  const saltBytes = bytesOf('the salt', salt);
  return {
    verify: async (password) =>
      timingSafeEqual(await derive(password, saltBytes, derived.length, options), derived),
  };
};

/**
 * Firebase's variant: what scrypt derives is the key that enciphers the project's own key by AES-256-CTR
 * (https://github.com/firebase/scrypt). As `$firebase-scrypt$ln=…,r=…$salt$separator$signer key$hash`, all of an export, in base64.
 */
export const readFirebaseScrypt: ReadForeignHash = (text) => {
  const [, ln, r, salt = '', separator = '', key = '', hash = ''] = FIREBASE.exec(text) ?? [];
  if (ln === undefined) return undefined;
  const [options, derived, signer] = [optionsOf(ln, r, '1'), derivedOf(hash), bytesOf('the signer key', key)];
  const salted = Buffer.concat([bytesOf('the salt', salt), bytesOf('the salt separator', separator)]);
  return {
    verify: async (password) => {
      const cipher = createCipheriv(
        'aes-256-ctr',
        await derive(password, salted, FIREBASE_KEY_BYTES, options),
        Buffer.alloc(16),
      );
      const made = Buffer.concat([cipher.update(signer), cipher.final()]);
      return made.length === derived.length && timingSafeEqual(made, derived);
    },
  };
};

function optionsOf(ln: string, r: string | undefined, p: string | undefined): ScryptOptions {
  const N = 2 ** bounded('ln of scrypt', Number(ln), LN);
  const [block, lanes] = [bounded('r of scrypt', Number(r), BLOCK), bounded('p of scrypt', Number(p), LANES)];
  const memory = 128 * block * (N + lanes);
  bounded('the memory of scrypt in bytes', memory, MEMORY);
  return { N, r: block, p: lanes, maxmem: 2 * memory };
}
