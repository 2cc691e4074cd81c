import { bearerToken } from '@app/kernel';
import type { Request } from 'express';

const PREFIX = 'csk_';
/** 256 bits, behind words by which scanners for lost secrets know one. */
const KEY = /^csk_[\w-]{43}$/;
const BASIC = /^Basic +([A-Za-z\d+/]+=*) *$/i;

export const SERVICE_KEY_BITS = 256;

/** A key as its holder has it. `secret`: base64url. */
export const serviceKeyOf = (secret: string): string => `${PREFIX}${secret}`;

/** A service key as a request presents it. `name`: whose it is said to be, where that is said. */
export interface PresentedKey {
  key: string;
  name?: string;
}

/**
 * The key in `Authorization`, as Bearer (RFC 6750 §2.1) or as the password of Basic (RFC 6749 §2.3.1), when it has a key's form; nowhere
 * else is it looked for. Safe on a request that nobody has validated.
 */
export function presentedKey({ headers: { authorization = '' } }: Request): PresentedKey | undefined {
  const bearer = bearerToken(authorization);
  if (bearer !== undefined) return KEY.test(bearer) ? { key: bearer } : undefined;
  const basic = BASIC.exec(authorization)?.[1];
  if (basic === undefined) return undefined;
  const pair = Buffer.from(basic, 'base64').toString();
  const colon = pair.indexOf(':');
  const key = pair.slice(colon + 1);
  return colon >= 0 && KEY.test(key) ? { key, name: pair.slice(0, colon) } : undefined;
}

/** Whether a text has a service key somewhere in it. */
export function isServiceKeyIn(text: string): boolean {
  return /csk_[\w-]{43}/.test(text);
}
