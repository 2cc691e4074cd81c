import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { bytesOf, derivedOf, type ReadForeignHash } from './foreign-hash.js';

const ALGORITHM = '(md5|sha1|sha256|sha512)';
const DIGEST = new RegExp(`^\\$digest-${ALGORITHM}\\$o=(salt-password|password-salt)\\$([^$]*)\\$([^$]+)$`);
const HMAC = new RegExp(
  `^\\$hmac-${ALGORITHM}\\$o=(salt-password|password-salt)\\$([^$]+)\\$([^$]*)\\$([^$]+)$`,
);

/**
 * One digest of salt and password, as older systems made them: `$digest-sha256$o=salt-password$salt$hash`, salt and hash in base64.
 * Whoever holds the table finds such passwords in no time: they are taken over so that the first sign-in can end that.
 */
export const readDigest: ReadForeignHash = (text) => {
  const [, algorithm, order, salt = '', hash = ''] = DIGEST.exec(text) ?? [];
  if (algorithm === undefined) return undefined;
  const [saltBytes, digest] = [bytesOf('the salt', salt), derivedOf(hash)];
  return {
    verify: async (password) =>
      same(
        createHash(algorithm)
          .update(inOrder(order, saltBytes, password))
          .digest(),
        digest,
      ),
  };
};

/** The same keyed (RFC 2104): `$hmac-sha256$o=password-salt$key$salt$hash`, all in base64. */
export const readHmac: ReadForeignHash = (text) => {
  const [, algorithm, order, key = '', salt = '', hash = ''] = HMAC.exec(text) ?? [];
  if (algorithm === undefined) return undefined;
  const [keyBytes, saltBytes, digest] = [bytesOf('the key', key), bytesOf('the salt', salt), derivedOf(hash)];
  return {
    verify: async (password) =>
      same(
        createHmac(algorithm, keyBytes)
          .update(inOrder(order, saltBytes, password))
          .digest(),
        digest,
      ),
  };
};

function inOrder(order: string | undefined, salt: Buffer, password: string): Buffer {
  const typed = Buffer.from(password);
  return Buffer.concat(order === 'salt-password' ? [salt, typed] : [typed, salt]);
}

const same = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);
