import { part, type Part, sql } from '@app/database';
import { Injectable } from '@nestjs/common';
import { type Subject, subjectParts, unknownSubject } from '@app/accounts';
import { KeyRing, type Identifier } from '@app/kernel';

/** How a person is named who wants a link: as when signing in, or by the account's UUID. */
export type Who = Identifier | { kind: 'uuid'; value: string };

/** Whom a request means. */
@Injectable()
export class Recipients {
  constructor(private readonly keyRing: KeyRing) {}

  /** See `subjectParts`. */
  find(who: Who, lock?: 'NO KEY UPDATE'): Part<Subject> {
    return subjectParts(who, this.keyRing, undefined, lock).subject;
  }

  /** The name itself, whoever has it: by what a stranger is told to wait, which must not link two names of one person. */
  asked(who: Who): Part<{ subject: string }> {
    return part('asked', sql`SELECT ${`asked ${unknownSubject(who, this.keyRing)}`}::text AS subject`);
  }

  /** The code of a mail is good together with the name it was asked for with. */
  bindingOf({ kind, value }: Who): string {
    return `magic-link ${kind} ${value}`;
  }
}
