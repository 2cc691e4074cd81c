import { unspoken } from '@app/administration';
import type { Speeches } from '@app/pages';
import { UsageError } from './usage-error.js';

/** Refuses a language in which nobody would be written to. */
export function requireSpoken(speeches: Speeches, language = 'en'): void {
  const sentence = unspoken(speeches, language);
  if (sentence !== undefined) throw new UsageError(sentence);
}
