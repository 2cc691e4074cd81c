/** How a person names an account: the three are looked up in columns of their own, so none can pass for another. */
export interface Identifier {
  kind: 'email' | 'phone' | 'username';
  value: string;
}

const PHONE = /^\+[0-9]{6,15}$/;

/**
 * The one form in which an identifier is stored, looked up and counted by limits: NFKC, trimmed, lower case; a
 * phone number without spaces, dashes and parentheses. An `@` makes it an e-mail address, a leading `+` a phone
 * number, anything else a user name, which therefore can have neither.
 */
export function normaliseIdentifier(raw: string): Identifier {
  const value = raw.normalize('NFKC').trim().toLowerCase();
  if (value.includes('@')) return { kind: 'email', value };
  const digits = value.replace(/[\s().-]/g, '');
  if (PHONE.test(digits)) return { kind: 'phone', value: digits };
  return { kind: 'username', value };
}
