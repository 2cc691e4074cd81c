import { Injectable } from '@nestjs/common';
import { subjectParts } from '@app/accounts';
import type { Parts } from '@app/database';
import { KeyRing, type Identifier } from '@app/kernel';

/** How a person is named who wants a link: as when signing in, or by the account's UUID. */
export type Who = Identifier | { kind: 'uuid'; value: string };

/** Whom a request means. */
@Injectable()
export class Recipients {
  constructor(private readonly keyRing: KeyRing) {}

  /** Parts `known` and `subject`, see `subjectParts`. */
  find(who: Who): Parts {
    return subjectParts(who, this.keyRing);
  }

  /** The code of a mail is good together with the name it was asked for with. */
  bindingOf({ kind, value }: Who): string {
    return `magic-link ${kind} ${value}`;
  }
}
