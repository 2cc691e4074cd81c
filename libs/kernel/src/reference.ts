import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that is read as a digit, or as another letter. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;
const SHAPE = /^[0-9A-HJKMNP-TV-Z]{8}$/;
const READ_AS: Record<string, string> = { O: '0', I: '1', L: '1' };

/** A name that a person can read out: 40 random bits, and no secret. */
export function randomReference(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** The reference that somebody has typed, in any letter case and grouping; undefined for what is none. */
export function typedReference(text: string): string | undefined {
  if (text.length > 2 * LENGTH) return undefined;
  const letters = text.toUpperCase().replace(/[\s-]/g, '');
  const read = letters.replace(/[OIL]/g, (letter) => READ_AS[letter] ?? letter);
  return SHAPE.test(read) ? read : undefined;
}
