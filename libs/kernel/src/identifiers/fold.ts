import { inOneForm } from '../text.js';

/** What all names have in common, however they were typed: NFKC, trimmed, lower case. Once more changes nothing. */
export function fold(text: string): string {
  return inOneForm(text).trim().toLowerCase();
}
