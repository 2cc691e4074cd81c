import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import {
  bounded,
  bytesOf,
  derivedOf,
  ForeignHashError,
  type ForeignHash,
  type ReadForeignHash,
} from './foreign-hash.js';

const derive = promisify(pbkdf2);
/** What OWASP asks for of SHA-1 is 1.3 million. */
const ITERATIONS = [1, 2_000_000] as const;
const PHC = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d+)\$([^$]*)\$([^$]+)$/;
const DJANGO = /^pbkdf2_(sha1|sha256)\$(\d+)\$([^$]*)\$([^$]+)$/;

/** PBKDF2 (RFC 8018) as `$pbkdf2-sha256$i=…$salt$hash`, salt and hash in base64: what an import makes of Keycloak's credentials. */
export const readPbkdf2: ReadForeignHash = (text) => {
  const [, algorithm, iterations, salt = '', hash = ''] = PHC.exec(text) ?? [];
  return algorithm === undefined
    ? undefined
    : pbkdf2Of(algorithm, Number(iterations), bytesOf('the salt', salt), derivedOf(hash));
};

/** Django's `pbkdf2_sha256$iterations$salt$hash`, whose salt is a text. */
export const readDjango: ReadForeignHash = (text) => {
  const [, algorithm, iterations, salt = '', hash = ''] = DJANGO.exec(text) ?? [];
  return algorithm === undefined
    ? undefined
    : pbkdf2Of(algorithm, Number(iterations), Buffer.from(salt), derivedOf(hash));
};

const ASP_NET = /^\$aspnet-identity\$(.*)$/;
const ALGORITHMS = ['sha1', 'sha256', 'sha512'];

/**
 * ASP.NET Core Identity as `$aspnet-identity$…`: the base64 of its column. A first byte of 0 is its version 2 (PBKDF2 with SHA-1, 1,000
 * iterations, 16 bytes of salt, 32 of hash); 1 is version 3, which says algorithm, iterations and the length of the salt in 32 bits each.
 */
export const readAspNetIdentity: ReadForeignHash = (text) => {
  const content = ASP_NET.exec(text)?.[1];
  if (content === undefined) return undefined;
  const bytes = bytesOf('the hash', content);
  if (bytes[0] === 0 && bytes.length === 49)
    return pbkdf2Of('sha1', 1000, bytes.subarray(1, 17), bytes.subarray(17));
  const algorithm = bytes[0] === 1 && bytes.length >= 13 ? ALGORITHMS[bytes.readUInt32BE(1)] : undefined;
  if (algorithm === undefined) throw new ForeignHashError('this is no hash of ASP.NET Identity');
  const salt = bytes.subarray(13, 13 + bytes.readUInt32BE(9));
  const derived = bytes.subarray(13 + salt.length);
  bounded('the length of the hash in bytes', derived.length, [16, 128]);
  return pbkdf2Of(algorithm, bytes.readUInt32BE(5), salt, derived);
};

function pbkdf2Of(algorithm: string, iterations: number, salt: Buffer, derived: Buffer): ForeignHash {
  bounded('the iterations of PBKDF2', iterations, ITERATIONS);
  return {
    verify: async (password) =>
      timingSafeEqual(await derive(password, salt, iterations, derived.length, algorithm), derived),
  };
}
