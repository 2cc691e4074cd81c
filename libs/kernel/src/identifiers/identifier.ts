import { fold } from './fold.js';
import { spellingsOf, storedEmail } from './email.js';
import { phoneNumber } from './phone.js';

/** How a person names an account: the three are looked up in columns of their own, so none can pass for another. */
export interface Identifier {
  kind: 'email' | 'phone' | 'username';
  /** By which limits count, and in which it is stored. */
  value: string;
  /** How accounts may have it that an earlier release has made, the likeliest first; absent where `value` is the only way. */
  spellings?: readonly string[];
}

const SEPARATORS = /[\s().-]/g;
const PHONE = /^\+[0-9]{6,15}$/;

/**
 * Whom somebody means: an `@` makes it an e-mail address, a leading `+` a phone number, anything else a user name, which therefore can have
 * neither. What nobody may have as a name is looked up like any other, and is nobody's.
 */
export function identify(text: string): Identifier {
  const value = fold(text);
  if (value.includes('@')) return identifyAs('email', text);
  const phone = phoneOf(value);
  return phone ? { kind: 'phone', value: phone } : { kind: 'username', value };
}

/** The same where the field says which kind it is. */
export function identifyAs(kind: Identifier['kind'], text: string): Identifier {
  if (kind === 'phone') return { kind, value: phoneNumber(text, 'possible') ?? fold(text) };
  if (kind === 'username') return { kind, value: fold(text) };
  const value = storedEmail(text);
  if (value === undefined) return { kind, value: fold(text) };
  const spellings = spellingsOf(text, value);
  return spellings.length > 1 ? { kind, value, spellings } : { kind, value };
}

/** Also one that cannot exist: whoever types it means no user name. */
function phoneOf(value: string): string | undefined {
  const typed = value.replace(SEPARATORS, '');
  if (!typed.startsWith('+')) return undefined;
  return phoneNumber(value, 'possible') ?? (PHONE.test(typed) ? typed : undefined);
}
