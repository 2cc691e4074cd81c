import { storedEmail } from './email.js';
import { fold } from './fold.js';
import type { Identifier } from './identifier.js';

const SEPARATORS = /[\s().-]/g;

/** How a name begins as it is stored, and which kinds of names can begin so. */
export interface Beginning {
  prefix: string;
  kinds: Identifier['kind'][];
}

/**
 * What somebody means who types the beginning of a name: an `@` makes it an address, a leading `+` a phone number, and anything else the
 * beginning of an address or of a user name.
 */
export function beginningOf(text: string): Beginning {
  const value = fold(text);
  if (value.includes('@')) return { prefix: storedEmail(text) ?? value, kinds: ['email'] };
  const typed = value.replace(SEPARATORS, '');
  if (typed.startsWith('+')) return { prefix: typed, kinds: ['phone'] };
  return { prefix: value, kinds: ['email', 'username'] };
}
