import { isUtf8 } from 'node:buffer';
import { AuthError } from '@app/kernel';

const MAX_DEPTH = 20;
/**
 * Whoever reads the value behind us spends far more on a member than on a byte: 20,000 of them held the event loop for 200 ms.
 * Each comma and each opening bracket counts as one.
 */
export const MAX_MEMBERS = 1000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/**
 * Refuses what `JSON.parse` would take without a word: bytes that are not UTF-8, nesting deep enough to exhaust a recursive
 * reader behind us, and more members of objects and arrays than any honest call has. Called with the raw body before it is parsed,
 * and before any limit has counted the request; answers how many keys are written in it, for `hasRepeatedKeys` to compare once it is.
 *
 * One pass over the bytes: what it takes grows with the length and never faster, whatever the text is. (No byte of a longer
 * UTF-8 sequence looks like one of ASCII.)
 */
export function readJsonShape(raw: Buffer): number {
  if (!isUtf8(raw)) throw new AuthError('malformed_request');
  let depth = 0;
  let keys = 0;
  let members = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at] as number;
    if (byte === QUOTE) at = endOfString(raw, at);
    else if (byte === COLON) keys += 1;
    else if (byte === COMMA) members += 1;
    else if (OPENING.has(byte)) [depth, members] = [depth + 1, members + 1];
    else if (CLOSING.has(byte)) depth -= 1;
    if (depth > MAX_DEPTH || members > MAX_MEMBERS) throw new AuthError('malformed_request');
  }
  return keys;
}

/**
 * Whether more keys were written than the value parsed from them has: some key was there twice, which two readers may
 * understand differently (RFC 8259 §4).
 */
export function hasRepeatedKeys(writtenKeys: number, parsed: unknown): boolean {
  return writtenKeys > countKeys(parsed);
}

/** Where the string that begins here ends; the end of the text for one that nobody has closed. */
function endOfString(raw: Buffer, start: number): number {
  let at = start + 1;
  while (at < raw.length && raw[at] !== QUOTE) at += raw[at] === BACKSLASH ? 2 : 1;
  return at;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return own + Object.values(value).reduce<number>((sum, child) => sum + countKeys(child), 0);
}
