import { inOneForm } from './text.js';

/** What people and programs put between the characters of a code, and what is pasted along unseen. */
const SEPARATORS = /[\p{White_Space}\p{Pd}\p{Cf}]/gu;
/** Arabic-Indic and extended ones. Full-width digits and the like are the business of NFKC. */
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/**
 * The one form in which a code is checked, whatever its kind: as people type it and paste it, in any grouping and case. No code has
 * a separator in it, so nothing is guessed more easily.
 */
export function normaliseCode(typed: string): string {
  return inOneForm(typed)
    .replace(SEPARATORS, '')
    .replace(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) & 0xf))
    .toLowerCase();
}
