import { UsageError } from './usage-error.js';
import type { Speeches } from '@app/pages';

/** Refuses a language in which nobody would be written to: every mail would be in English. */
export function requireSpoken(speeches: Speeches, language = 'en'): void {
  if (speeches.speaks(language)) return;
  const languages = speeches.languages.join(', ');
  throw new UsageError(
    `The service does not speak ${language}: it speaks ${languages}. A folder TEMPLATES_DIR can add a language.`,
  );
}
