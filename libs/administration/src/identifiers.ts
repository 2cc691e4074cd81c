import { isPlainText, LONGEST_USERNAME, type UsernameFault } from '@app/kernel';

const INVISIBLE = /\p{C}/u;
export const LONGEST_ORGANISATION = 128;

/** What a user name has to be, by what is wrong with it. */
export const USERNAME_WORDS: Record<UsernameFault, string> = {
  like_an_address: 'has to have no @, and no + at its beginning',
  like_a_phone: 'has to have no @, and no + at its beginning',
  length: `has to have 1 to ${LONGEST_USERNAME} characters`,
  invisible: 'has to have no white space, and no control or invisible characters',
  like_an_id: 'must not look like an id',
};

/** A language tag of BCP 47 in its canonical spelling: `de`, `pt-BR`. Undefined for what is none. */
export function languageTag(text: string): string | undefined {
  try {
    const locale = new Intl.Locale(text);
    // Longer ones are possible and none exists: `english` is a slip.
    return locale.language.length <= 3 ? locale.toString() : undefined;
  } catch {
    return undefined;
  }
}

/** The name of an organisation or tenant, as the systems beside this one spell it. Undefined for what cannot be one. */
export function organisationId(text: string): string | undefined {
  const value = text.trim();
  const isOne =
    value && [...value].length <= LONGEST_ORGANISATION && isPlainText(value) && !INVISIBLE.test(value);
  return isOne ? value : undefined;
}

/** What people know an account by. */
export interface Named {
  email?: string | null;
  username?: string | null;
  phone?: string | null;
}

/** What an authenticator app shows beside the code. */
export function labelOf({ email, username, phone }: Named): string {
  return email ?? username ?? phone ?? '';
}

/** What the account lacks for a second factor that is sent, in words. */
export function missingFor(factor: string, { email, phone }: Named): string | undefined {
  if (factor === 'email' && !email) return 'an e-mail address';
  return factor === 'sms' && !phone ? 'a phone number' : undefined;
}
