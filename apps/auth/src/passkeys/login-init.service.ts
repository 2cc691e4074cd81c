import { Injectable } from '@nestjs/common';
import { AttemptsRepository } from '@app/attempts';
import { Database } from '@app/database';
import { AuthError, identify, KeyRing, randomToken, type RequestContext } from '@app/kernel';
import { KeyChallenges, type LoginChallenge } from '@app/sign-in';
import { spendCodeAndOpen, type InitVerdict } from '../recovery/open-challenge.js';
import { personOf, type Person } from '../recovery/person.js';

const TOKEN_BITS = 256;

/** The start of a login: a challenge, for anybody who asks. */
@Injectable()
export class LoginInitService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
    private readonly challenges: KeyChallenges,
  ) {}

  /** Without a user name for whoever answers; a code without one is nobody's. */
  async init(
    call: RequestContext,
    { username, ...within }: Partial<Person>,
    code?: string,
  ): Promise<LoginChallenge> {
    if (username === undefined && code === undefined) return this.challenges.open(call);
    if (username === undefined) throw new AuthError('code_wrong');
    const person = { username, ...within };
    if (code !== undefined) return this.openWithCode(call, person, code);
    const whom = { subject: personOf(person, this.keyRing), name: identify(username) };
    return this.challenges.open(call, { whom });
  }

  /** For whoever has spent a login code: the second factor of an account that has a mailbox for it. */
  private async openWithCode(call: RequestContext, person: Person, code: string): Promise<LoginChallenge> {
    const token = randomToken(TOKEN_BITS);
    const question = { purpose: 'login', person, code, token } as const;
    const verdict = await this.database.row<InitVerdict>(
      spendCodeAndOpen(call, this.attempts, this.keyRing, question),
    );
    if (!verdict?.holder) throw new AuthError('code_wrong');
    return { token, keys: this.challenges.keysOf(identify(person.username), verdict.holder) };
  }
}
