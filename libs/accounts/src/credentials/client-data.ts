import type { Origins } from '@app/config';
import { withoutTrailing } from '@app/kernel';
import { z } from 'zod';

const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;
const TOKEN = /^[\w-]{43}$/;
const clientData = z.looseObject({
  type: z.string(),
  challenge: z.string(),
  origin: z.string().optional(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

export interface ClientDataExpectation {
  type: 'key.create' | 'key.get';
  /** The texts the challenge may be. */
  challenges: string[];
  origins: Origins;
}

/** The bytes of base64url text; none for text that is not. */
export function decodeBase64Url(text: string): Buffer | undefined {
  return BASE64URL.test(text) ? Buffer.from(text, 'base64url') : undefined;
}

/** The value of base64url text of JSON; undefined for anything else. */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(decodeBase64Url(text)?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

/** A challenge as clients may write it: as given, or as base64url of its text, as browsers do. */
export function spellings(challenge: string): string[] {
  return [challenge, Buffer.from(challenge).toString('base64url')];
}

/**
 * Whether this is what was to be signed: of this type, for this challenge, and made nowhere else. An assertion may
 * leave its origin out, because a client that is no browser has none; a new key may not.
 */
export function isExpectedClientData(encoded: string, expected: ClientDataExpectation): boolean {
  const { data } = clientData.safeParse(decodeJson(encoded));
  if (!data || data.type !== expected.type || data.crossOrigin) return false;
  const atHome = data.origin === undefined ? expected.type === 'key.get' : expected.origins.has(data.origin);
  return atHome && expected.challenges.includes(withoutTrailing(data.challenge, '='));
}

/**
 * Where a passkey says that it was used, when that is one of ours, and not within a page of another site: we expect it in no frame of
 * another (WebAuthn Level 3, 7.1 and 7.2: `crossOrigin`, `topOrigin`).
 */
export function ownOriginOf(encoded: string, origins: Origins): string[] {
  const { data } = clientData.safeParse(decodeJson(encoded));
  if (data?.origin === undefined || data.crossOrigin || data.topOrigin !== undefined) return [];
  return origins.has(data.origin) ? [data.origin] : [];
}

/** The challenge that was signed, where it can be a token of ours: 256 bits in base64url. */
export function signedToken(encoded: string): string | undefined {
  const { data } = clientData.safeParse(decodeJson(encoded));
  return data && TOKEN.test(data.challenge) ? data.challenge : undefined;
}
