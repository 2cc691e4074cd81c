import { isUtf8 } from 'node:buffer';
import { AuthError } from '@app/kernel';

const MAX_DEPTH = 20;
const STRINGS = /"(?:[^"\\]|\\.)*"/g;

/**
 * Refuses what `JSON.parse` would take without a word: bytes that are not UTF-8, and nesting deep enough to exhaust a
 * recursive reader behind us. Called with the raw body before it is parsed; answers how many keys are written in it,
 * for `hasRepeatedKeys` to compare once it is.
 */
export function readJsonShape(raw: Buffer): number {
  if (!isUtf8(raw)) throw new AuthError('malformed_request');
  const skeleton = raw.toString('utf8').replace(STRINGS, '"');
  if (depthOf(skeleton) > MAX_DEPTH) throw new AuthError('malformed_request');
  return skeleton.split(':').length - 1;
}

/**
 * Whether more keys were written than the value parsed from them has: some key was there twice, which two readers may
 * understand differently (RFC 8259 §4).
 */
export function hasRepeatedKeys(writtenKeys: number, parsed: unknown): boolean {
  return writtenKeys > countKeys(parsed);
}

function depthOf(skeleton: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of skeleton) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return own + Object.values(value).reduce<number>((sum, child) => sum + countKeys(child), 0);
}
