import { MAX_MEMBERS } from '../../apps/auth/src/http/json-shape.js';
import { hostileText, PATTERNS } from './hostile-texts.js';

/** JSON of at most `bytes`. */
export type HostileJson = (bytes: number) => string;

/** A fifth of the members that a body may have: so many fields of it at once can be of this kind. */
const MEMBERS = MAX_MEMBERS / 5;
const array = (member: string) => (bytes: number) =>
  `[${Array(Math.min(MEMBERS / 2, Math.floor(bytes / (member.length + 1))) - 1)
    .fill(member)
    .join()}]`;

/** Texts that mean harm, and what is no text where one is expected. */
export const HOSTILE_JSON: Record<string, HostileJson> = {
  ...Object.fromEntries(
    Object.entries(PATTERNS).map(([name, pattern]) => [
      name,
      (bytes: number) => JSON.stringify(hostileText(pattern, bytes, JSON.stringify)),
    ]),
  ),
  'arrays in arrays': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'objects in objects': (bytes) => `${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}`,
  'too many members': (bytes) => `[${'1,'.repeat(bytes / 2 - 2)}1]`,
  'many objects': array('{}'),
  'many arrays': array('[]'),
  'many texts': array('"a"'),
  'many keys': (bytes) => {
    const keys = Array.from(
      { length: MEMBERS },
      (_, index) => `"${'k'.repeat(bytes / MEMBERS - 9)}${index}":0`,
    );
    return `{${keys.join()}}`;
  },
  'a long number': (bytes) => '1'.repeat(bytes),
  'a long fraction': (bytes) => `0.${'1'.repeat(bytes - 3)}`,
};
