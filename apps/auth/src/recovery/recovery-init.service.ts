import { Injectable } from '@nestjs/common';
import { AttemptsRepository } from '@app/attempts';
import { Database } from '@app/database';
import { AuthError, KeyRing, randomToken, type RequestContext } from '@app/kernel';
import { openVouchedFor, spendCodeAndOpen, type InitVerdict, type OpenChallenge } from './open-challenge.js';
import type { Person } from './person.js';

const TOKEN_BITS = 256;

/** The start of a recovery: what it takes is the mailed code and nothing else, or a service that answers for the person. */
@Injectable()
export class RecoveryInitService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
  ) {}

  /** Spends the code. Whether the person has a recovery key is said only to who has it. */
  async init(call: RequestContext, person: Person, code: string): Promise<OpenChallenge> {
    const token = randomToken(TOKEN_BITS);
    const question = { purpose: 'recovery', person, code, token } as const;
    const verdict = await this.database.row<InitVerdict>(
      spendCodeAndOpen(call, this.attempts, this.keyRing, question),
    );
    if (!verdict?.holder) throw new AuthError('code_wrong');
    return { token, holder: verdict.holder };
  }

  /**
   * The same in the place of a code, at the word of a service. The recovery key has still to sign the new keys, and the recovery waits as
   * long as any.
   *
   * @throws AuthError `credentials_wrong` where there is no such account
   */
  async vouched(call: RequestContext, person: Person, service: string): Promise<OpenChallenge> {
    const token = randomToken(TOKEN_BITS);
    const question = { person, service, token };
    const row = await this.database.row(openVouchedFor(call, this.attempts, this.keyRing, question));
    if (!row?.holder) throw new AuthError('credentials_wrong');
    return { token, holder: row.holder };
  }
}
