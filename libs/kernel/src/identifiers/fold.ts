/** Longer texts name nobody: no form of them could be stored, and to look for it would be work for nothing. */
export const LONGEST_TYPED = 1024;

/** What all names have in common, however they were typed: NFKC, trimmed, lower case. Once more changes nothing. */
export function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
