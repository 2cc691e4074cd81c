import {
  ForeignHashError,
  PASSWORD_LENGTH,
  readForeignHash,
  SECOND_FACTORS,
  type SecondFactor,
} from '@app/accounts';
import { isPlainText, phoneNumber, readUsername, storedEmail } from '@app/kernel';
import type { Speeches } from '@app/pages';
import { languageTag, LONGEST_ORGANISATION, organisationId, USERNAME_WORDS } from './identifiers.js';

/** Why a text cannot be what it is given as, in words that follow its name: `has to be …`. */
export class FieldFault extends Error {}

/** Each reads what an operator gives into the one form in which it is stored, or throws a `FieldFault`. */
export const fields = {
  email(text: string): string {
    const value = storedEmail(text);
    if (value !== undefined) return value;
    throw new FieldFault('has to be an e-mail address such as anna@example.com');
  },

  username(text: string): string {
    const { value, fault } = readUsername(text);
    if (fault) throw new FieldFault(USERNAME_WORDS[fault]);
    return value;
  },

  /**
   * A possible number, not one that is assigned today: which ranges are changes faster than the tables of a service that
   * is seldom updated, and the carrier knows better.
   */
  phone(text: string): string {
    const number = phoneNumber(text, 'possible');
    if (number !== undefined) return number;
    throw new FieldFault('has to be a phone number with its country code, such as +4915112345678');
  },

  language(text: string): string {
    const tag = languageTag(text);
    if (tag !== undefined) return tag;
    throw new FieldFault('has to be a language tag such as en or pt-BR');
  },

  /** The name of an organisation or tenant. */
  reference(text: string): string {
    const value = organisationId(text);
    if (value !== undefined) return value;
    throw new FieldFault(`has to have 1 to ${LONGEST_ORGANISATION} visible characters`);
  },

  /** A new password, as it is typed. */
  password(text: string): string {
    const length = [...text].length;
    if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max)
      throw new FieldFault(`has to have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`);
    // A second line, a NUL or a tab is a slip, and hardly anyone could type it again.
    if (/\p{Cc}/u.test(text) || !isPlainText(text))
      throw new FieldFault('has to be one line without control characters');
    return text;
  },

  /** What another system has made of a password (docs/operations/import.md): a verifier that is known here, within its bounds. */
  passwordHash(text: string): string {
    try {
      readForeignHash(text);
      return text;
    } catch (error) {
      if (error instanceof ForeignHashError) throw new FieldFault(`is not taken: ${error.message}`);
      throw error;
    }
  },

  secondFactor(text: string): SecondFactor {
    const factor = SECOND_FACTORS.find((known) => known === text);
    if (factor) return factor;
    throw new FieldFault(`has to be one of ${SECOND_FACTORS.join(', ')}`);
  },
};

export type Field = keyof typeof fields;

/** What is wrong with it, in words; undefined when it can be read. */
export function faultOf(field: Field, text: string): string | undefined {
  try {
    fields[field](text);
    return undefined;
  } catch (error) {
    if (error instanceof FieldFault) return error.message;
    throw error;
  }
}

/** Why nobody would be written to in a language: every mail would be in English. Undefined: somebody would. */
export function unspoken(speeches: Speeches, language = 'en'): string | undefined {
  if (speeches.speaks(language)) return undefined;
  const languages = speeches.languages.join(', ');
  return `The service does not speak ${language}: it speaks ${languages}. A folder TEMPLATES_DIR can add a language.`;
}
