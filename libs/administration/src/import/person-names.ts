import type { IncomingPerson } from '@app/accounts';
import { identifyAs, phoneNumber, readUsername, storedEmail } from '@app/kernel';
import { languageTag, organisationId, USERNAME_WORDS } from '../identifiers.js';
import type { ReadPerson } from '../person.js';
import { PersonRefused } from './person-refused.js';

type Names = Pick<
  IncomingPerson,
  | 'email'
  | 'emails'
  | 'username'
  | 'phone'
  | 'phone_signs_in'
  | 'first_name'
  | 'last_name'
  | 'org_id'
  | 'tenant_id'
  | 'language'
>;

/** What a person is called and belongs to, in the forms in which accounts have it. */
export function namesOf(person: ReadPerson): Names {
  const { firstName, lastName, orgId, tenantId, language } = person;
  const names = { ...emailOf(person), username: usernameOf(person), ...phoneOf(person) };
  if (!names.email && !names.username && !names.phone)
    throw new PersonRefused('a person has to have an email, a username or a phone');
  return {
    ...names,
    first_name: firstName ?? null,
    last_name: lastName ?? null,
    org_id: read('orgId', orgId, organisationId, 'has to have 1 to 128 visible characters'),
    tenant_id: read('tenantId', tenantId, organisationId, 'has to have 1 to 128 visible characters'),
    language: read('language', language, languageTag, 'has to be a language tag such as en or pt-BR') ?? 'en',
  };
}

function emailOf({ email, emailVerified }: ReadPerson): Pick<Names, 'email' | 'emails'> {
  const stored = read('email', email, storedEmail, 'is no address');
  if (stored === null) return { email: null, emails: null };
  if (typeof emailVerified !== 'boolean')
    throw new PersonRefused('emailVerified has to be true or false beside an email');
  return { email: stored, emails: identifyAs('email', email ?? '').spellings ?? [stored] };
}

function usernameOf({ username }: ReadPerson): string | null {
  if (username === undefined) return null;
  const { value, fault } = readUsername(username);
  if (fault) throw new PersonRefused(`username ${USERNAME_WORDS[fault]}`);
  return value;
}

function phoneOf({ phone, phoneVerified }: ReadPerson): Pick<Names, 'phone' | 'phone_signs_in'> {
  const possible = (text: string) => phoneNumber(text, 'possible');
  const number = read('phone', phone, possible, 'has to be a number with its country code');
  if (number !== null && typeof phoneVerified !== 'boolean')
    throw new PersonRefused('phoneVerified has to be true or false beside a phone');
  return { phone: number, phone_signs_in: number !== null && phoneVerified === true };
}

function read(
  field: string,
  given: string | undefined,
  rule: (text: string) => string | undefined,
  fault: string,
): string | null {
  if (given === undefined) return null;
  const value = rule(given);
  if (value === undefined) throw new PersonRefused(`${field} ${fault}`);
  return value;
}
