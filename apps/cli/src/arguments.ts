import { SECOND_FACTORS, type SecondFactor } from '@app/accounts';
import {
  isPlainText,
  LONGEST_USERNAME,
  phoneNumber,
  readUsername,
  storedEmail,
  type UsernameFault,
} from '@app/kernel';
import { InvalidArgumentError } from 'commander';

// Each reads what stands on the command line into the one form in which it is stored, or says what it has to be.

/** Help for an argument that names an account. */
export const ACCOUNT = 'its id, UUID, e-mail address, user name or phone number';

const INVISIBLE = /\p{C}/u;
const LONGEST_TEXT = 128;

const USERNAME_WORDS: Record<UsernameFault, string> = {
  like_an_address: 'has to have no @, and no + at its beginning',
  like_a_phone: 'has to have no @, and no + at its beginning',
  length: `has to have 1 to ${LONGEST_USERNAME} characters`,
  invisible: 'has to have no white space, and no control or invisible characters',
  like_an_id: 'must not look like an id',
};

export function email(text: string): string {
  const value = storedEmail(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('has to be an e-mail address such as anna@example.com.');
}

export function username(text: string): string {
  const { value, fault } = readUsername(text);
  if (fault) throw new InvalidArgumentError(`${USERNAME_WORDS[fault]}.`);
  return value;
}

/**
 * A possible number, not one that is assigned today: which ranges are changes faster than the tables of a service that
 * is seldom updated, and the carrier knows better.
 */
export function phone(text: string): string {
  const number = phoneNumber(text, 'possible');
  if (number !== undefined) return number;
  throw new InvalidArgumentError('has to be a phone number with its country code, such as +4915112345678.');
}

/** A number, or `none` for no phone at all. */
export function phoneOrNone(text: string): string {
  return text === 'none' ? text : phone(text);
}

/** A language tag of BCP 47 in its canonical spelling: `de`, `pt-BR`. */
export function language(text: string): string {
  try {
    const locale = new Intl.Locale(text);
    // Longer ones are possible and none exists: `english` is a slip.
    if (locale.language.length <= 3) return locale.toString();
  } catch {
    // Not a tag at all: said below.
  }
  throw new InvalidArgumentError('has to be a language tag such as en or pt-BR.');
}

/** The name of an organisation or tenant, as the systems beside this one spell it. */
export function reference(text: string): string {
  const value = text.trim();
  if (value && [...value].length <= LONGEST_TEXT && isPlainText(value) && !INVISIBLE.test(value))
    return value;
  throw new InvalidArgumentError(`has to have 1 to ${LONGEST_TEXT} visible characters.`);
}

export function secondFactor(text: string): SecondFactor {
  const factor = SECOND_FACTORS.find((known) => known === text);
  if (factor) return factor;
  throw new InvalidArgumentError(`has to be one of ${SECOND_FACTORS.join(', ')}.`);
}
