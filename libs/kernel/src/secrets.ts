import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** `count` decimal digits, each equally likely: a one-time code (NIST SP 800-63B §3.1.3.1). */
export function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

/** `bits` random bits as lower-case hex: a session hash, a reference. */
export function randomHex(bits: number): string {
  return randomBytes(bits / 8).toString('hex');
}

/** `bits` random bits as base64url without padding: a token for a cookie, a link or a header. */
export function randomToken(bits: number): string {
  return randomBytes(bits / 8).toString('base64url');
}

/**
 * SHA-256 in hex: how an unguessable token (128 bits and more) rests in the database. Never for what can be
 * guessed (codes, passwords): those need `KeyRing.mac` or argon2id.
 */
export function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether somebody knows a secret, without telling by its time how much of it they know. */
export function isSameSecret(given: unknown, secret: string): boolean {
  const [one, other] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
