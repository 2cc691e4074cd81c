import { Injectable } from '@nestjs/common';
import { lockAccountForShare } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, statement } from '@app/database';
import { AuthError, digest, randomToken, type RequestContext } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { retryOnConflict } from '@app/sign-in';
import { DocspaceAuthenticatorService, type ChosenFactor } from './authenticator.service.js';
import { DocspaceChallenge, type Challenge } from '../../code/docspace/second-factor/challenge.js';
import type { SignInStep } from '../../code/docspace/first-factor/credentials.js';
import { DocspaceTfaHolder, type SessionHolder } from './tfa-holder.js';

const TOKEN_BITS = 256;

/**
 * The key of a step for who is signed in already: the same pending session that the first step of a sign-in makes. Whoever has it
 * can set the second factor up, so it takes a session that was signed in lately.
 */
@Injectable()
export class DocspaceStepKey {
  constructor(
    private readonly database: Database,
    private readonly holders: DocspaceTfaHolder,
    private readonly authenticators: DocspaceAuthenticatorService,
    private readonly challenges: DocspaceChallenge,
    private readonly sessions: SessionsRepository,
  ) {}

  /** The step that a sign-in of the account would wait for now; without a second factor it awaits nothing. */
  async make(call: RequestContext, token: string): Promise<SignInStep> {
    const holder = await this.holders.findFresh(call, token);
    const { second_factor: factor } = holder;
    if (factor === 'none') return { factor };
    // Whoever did not begin with a password may have proven the mailbox already: it would count as both factors.
    if (factor === 'email' && (!holder.email || holder.method !== 'pwd'))
      throw new AuthError('attempt_not_found');
    const key = randomToken(TOKEN_BITS);
    const challenge = await retryOnConflict(() => this.open(call, token, holder, key));
    return { factor, awaits: { key, setUp: challenge.setUp } };
  }

  /** Chooses the second factor, and makes the key with which it can be set up at once. */
  async choose(
    call: RequestContext,
    token: string,
    factor: ChosenFactor,
    named: string[],
  ): Promise<SignInStep> {
    await this.authenticators.choose(call, token, factor, named);
    return this.make(call, token);
  }

  /** Takes the authenticator away, and makes the key with which another can be set up at once. */
  async renew(call: RequestContext, token: string, named: string[]): Promise<SignInStep> {
    await this.authenticators.renew(call, token, named);
    return this.make(call, token);
  }

  private async open(
    call: RequestContext,
    token: string,
    holder: SessionHolder,
    key: string,
  ): Promise<Challenge> {
    const fresh = this.holders.fresh(call, token, lockAccountForShare(holder));
    const challenge = await this.challenges.of(call, holder, fresh);
    const { method } = holder;
    const begun = { id: call.nextId(), stage: 'pending', tokenHash: digest(key), method } as const;
    const verdict = recordedAs('begun', this.sessions.start(call, begun, fresh));
    const audited = audit(call, 'factor.setup', verdict);
    const row = await this.database.row(statement(verdict, ...challenge.effects, audited));
    // The session or the factor has changed meanwhile.
    if (!row) throw new AuthError('proof_stale');
    return challenge;
  }
}
