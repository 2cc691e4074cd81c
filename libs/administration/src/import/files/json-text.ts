import { isUtf8 } from 'node:buffer';
import { LONGEST_RECORD, type Entry, type RawRecord } from './entry.js';

/** A string of JSON, and the colon behind it where it is a key. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** Reads a record as JSON. What two readers could read otherwise is refused: other encodings, keys that are there twice. */
export function readJson({ line, bytes }: RawRecord): Entry {
  if (!bytes) return { line, size: 0, fault: `it is longer than ${LONGEST_RECORD} bytes` };
  const size = bytes.length;
  if (!isUtf8(bytes)) return { line, size, fault: 'it is not in UTF-8' };
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, size, fault: 'it is not JSON' };
  }
  return keysIn(text) === keysOf(value) ? { line, size, value } : { line, size, fault: 'it has a key twice' };
}

function keysIn(json: string): number {
  let keys = 0;
  for (const [, colon] of json.matchAll(STRING)) if (colon !== undefined) keys += 1;
  return keys;
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, each) => sum + keysOf(each), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}
