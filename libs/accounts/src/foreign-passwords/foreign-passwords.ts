import { readArgon2 } from './argon2.js';
import { readBcrypt } from './bcrypt.js';
import { readDigest, readHmac } from './digests.js';
import { ForeignHashError, type ForeignHash } from './foreign-hash.js';
import { readAspNetIdentity, readDjango, readPbkdf2 } from './pbkdf2.js';
import { readPhpass } from './phpass.js';
import { readFirebaseScrypt, readScrypt } from './scrypt.js';

const READERS = [
  readArgon2,
  readBcrypt,
  readScrypt,
  readFirebaseScrypt,
  readPbkdf2,
  readDjango,
  readAspNetIdentity,
  readPhpass,
  readDigest,
  readHmac,
];
/** Far above any of them. */
const LONGEST = 1024;

/**
 * A verifier of another system, in one of the forms of docs/operations/import.md.
 *
 * @throws ForeignHashError when it has none of them, is broken, or asks for more work than its bounds allow
 */
export function readForeignHash(text: string): ForeignHash {
  if (text.length > LONGEST) throw new ForeignHashError(`the hash is longer than ${LONGEST} characters`);
  // Verifiers of one password are parted by blanks.
  if (/\s/.test(text)) throw new ForeignHashError('the hash has blanks in it');
  for (const read of READERS) {
    const hash = read(text);
    if (hash) return hash;
  }
  throw new ForeignHashError('the hash has no form that is known here');
}
