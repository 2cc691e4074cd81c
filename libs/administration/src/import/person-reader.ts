import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { IncomingPerson, SecondFactor } from '@app/accounts';
import { firstIdAt, type RequestContext } from '@app/kernel';
import type { z } from 'zod';
import { missingFor } from '../identifiers.js';
import { Person, type ReadPerson } from '../person.js';
import { credentialsOf, identitiesOf } from './person-keys.js';
import { namesOf } from './person-names.js';
import { PersonRefused } from './person-refused.js';
import { PersonSecrets } from './person-secrets.js';

const LONGEST_REASON = 300;
const EARLIEST = Date.UTC(1970, 0, 1);
const INSTANTS = ['createdAt', 'invitedAt', 'activatedAt', 'disabledAt', 'passwordChangedAt'] as const;

/** Makes rows of a person, by the rules by which an operator makes an account. */
@Injectable()
export class PersonReader {
  constructor(private readonly secrets: PersonSecrets) {}

  /**
   * `value`: what stands in the file, of any shape.
   * @throws PersonRefused
   */
  read(
    value: unknown,
    line: number,
    { now, nextId }: Pick<RequestContext, 'now' | 'nextId'>,
  ): IncomingPerson {
    const person = shaped(value);
    requireKnown(person, now);
    const id = person.id ?? nextId();
    const createdAt = person.createdAt ?? now.toISOString();
    const names = namesOf(person);
    const rows: IncomingPerson = {
      line,
      id,
      uuid: person.uuid ?? randomUUID(),
      external_id: person.externalId ?? null,
      ...names,
      password_hash: this.secrets.passwordOf(person),
      password_changed_at: person.passwordChangedAt ?? null,
      second_factor: person.secondFactor ?? 'none',
      ...statesOf(person, names.email, createdAt),
      totp_sealed: this.secrets.authenticatorOf(id, person),
      totp_step: person.authenticatorStep ?? 0,
      backup_codes: this.secrets.codesOf(id, person, createdAt),
      credentials: credentialsOf(person, createdAt, nextId),
      identities: identitiesOf(person, createdAt),
    };
    requireFactor(rows);
    return rows;
  }
}

function shaped(value: unknown): ReadPerson {
  const { data, error } = Person.safeParse(value);
  if (data) return data;
  throw new PersonRefused(error.issues.slice(0, 3).map(wordsOf).join('; ').slice(0, LONGEST_REASON));
}

/** What was given is not repeated: it may be a secret in the wrong field. */
function wordsOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return `${path ? `${path} has` : 'there are'} fields of no meaning: ${issue.keys.join(', ')}`;
  return path ? `${path}: ${issue.message}` : issue.message;
}

/** Who is who, and when it was, as far as the rules need it. */
function requireKnown(person: ReadPerson, now: Date): void {
  if (person.externalId === undefined && person.uuid === undefined)
    throw new PersonRefused(
      'a person has to have an externalId or a uuid, by which a second import knows who is here',
    );
  if (person.id !== undefined && BigInt(person.id) >= BigInt(firstIdAt(now)))
    throw new PersonRefused('id: a number of that size is given to accounts that are yet to be made');
  for (const field of INSTANTS) {
    const at = person[field] === undefined ? undefined : Date.parse(person[field]);
    if (at !== undefined && !(at >= EARLIEST && at <= now.getTime()))
      throw new PersonRefused(`${field} has to be after 1970 and not to come`);
  }
}

/**
 * A mailbox that nobody has proven makes an account that nobody has proven, as if somebody had registered it: it may be a stranger's, and
 * whoever proves it takes the account over without what is left in it.
 */
function statesOf(person: ReadPerson, email: string | null, created_at: string) {
  const { emailVerified, invitedAt, activatedAt, disabledAt } = person;
  const isProven =
    email === null ? invitedAt === undefined || activatedAt !== undefined : emailVerified === true;
  if (!isProven && activatedAt !== undefined)
    throw new PersonRefused('activatedAt: an account is activated when its email is verified');
  return {
    created_at,
    invited_at: invitedAt ?? null,
    activated_at: isProven ? (activatedAt ?? created_at) : null,
    disabled_at: disabledAt ?? null,
  };
}

function requireFactor(rows: IncomingPerson): void {
  const { second_factor: factor, totp_sealed } = rows;
  const missing = factor === 'totp' && totp_sealed === null ? 'an authenticator' : missingFor(factor, rows);
  if (missing) throw new PersonRefused(`the second factor ${factor satisfies SecondFactor} needs ${missing}`);
  if (factor !== 'totp' && totp_sealed !== null)
    throw new PersonRefused('an authenticator is there, and secondFactor is not totp');
}
