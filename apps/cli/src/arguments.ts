import { SECOND_FACTORS, type SecondFactor } from '@app/accounts';
import { languageTag, LONGEST_ORGANISATION, organisationId, USERNAME_WORDS } from '@app/administration';
import { phoneNumber, readUsername, storedEmail } from '@app/kernel';
import { InvalidArgumentError } from 'commander';

// Each reads what stands on the command line into the one form in which it is stored, or says what it has to be.

/** Help for an argument that names an account. */
export const ACCOUNT = 'its id, UUID, e-mail address, user name or phone number';

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

export function language(text: string): string {
  const tag = languageTag(text);
  if (tag !== undefined) return tag;
  throw new InvalidArgumentError('has to be a language tag such as en or pt-BR.');
}

/** The name of an organisation or tenant. */
export function reference(text: string): string {
  const value = organisationId(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError(`has to have 1 to ${LONGEST_ORGANISATION} visible characters.`);
}

export function secondFactor(text: string): SecondFactor {
  const factor = SECOND_FACTORS.find((known) => known === text);
  if (factor) return factor;
  throw new InvalidArgumentError(`has to be one of ${SECOND_FACTORS.join(', ')}.`);
}
