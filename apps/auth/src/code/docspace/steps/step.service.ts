import { Injectable } from '@nestjs/common';
import type { HeldAccount } from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS } from '@app/attempts';
import { Config } from '@app/config';
import { part, type Part, sql } from '@app/database';
import { AuthError, digest, plusSeconds, randomToken, type RequestContext } from '@app/kernel';
import { endPendingBegunBy, SessionsRepository, type Proof, type SessionRow } from '@app/sessions';
import { IdentityProof, pendingAndAccount, type ProvenSecond } from '@app/sign-in';
import type { SignInStep } from '../first-factor/credentials.js';
import { WaitingIdentities } from './waiting-identity.js';
import { DocspaceDecision, type MakeSession } from '../second-factor/decision.js';

const TOKEN_BITS = 256;

/** The second step by the key that came with the first, as our own pages do it: without the password. */
@Injectable()
export class DocspaceStepService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly attempts: AttemptsRepository,
    private readonly decision: DocspaceDecision,
    private readonly identities: IdentityProof,
    private readonly waiting: WaitingIdentities,
    private readonly config: Config,
  ) {}

  /**
   * The key is dead afterwards, and so is one that was mailed: it may be the one that this sign-in began with. The identity of a provider
   * that it began with is linked, where it was not.
   *
   * @throws AuthError `session_not_found`, and those of `DocspaceDecision`
   */
  async verify(call: RequestContext, key: string, code: string, transient: boolean): Promise<SignInStep> {
    const shared = heldBy(this.pending(call, key, 'SHARE'));
    const awaited = await this.decision.await(call, shared, code);
    if (!awaited) throw new AuthError('session_not_found');
    const token = randomToken(TOKEN_BITS);
    const pending = this.pending(call, key, 'NO KEY UPDATE');
    await this.decision.decide(call, heldBy(pending), awaited, code, this.make(call, key, pending, token));
    const expiresAt = plusSeconds(call.now, this.config.sessions.lifeSeconds);
    const phone = awaited.setup?.phone ?? awaited.phone ?? undefined;
    return { factor: awaited.second_factor, phone, signedIn: { token, expiresAt, transient } };
  }

  private make(call: RequestContext, key: string, pending: Part<SessionRow>, token: string): MakeSession {
    const identity = this.waiting.behind(key);
    return (second: Part<ProvenSecond>) => {
      const linked = identity && this.identities.link(call, identity, second);
      const { admitted: proven, effects } = linked ?? { admitted: second, effects: [] };
      const promoting = part<Proof>(
        'promoting',
        sql`
          SELECT n.outcome, n.method, n.security_stamp, p.session_id FROM ${proven} n JOIN ${pending} p USING (account_id)`,
      );
      const session = this.sessions.promote(call, digest(token), promoting);
      const keys = this.attempts.spendLinks(call, MAILED_KEYS, undefined, proven);
      return { session, effects: [keys, endPendingBegunBy(call, 'email', proven, pending), ...effects] };
    };
  }

  private pending(call: RequestContext, key: string, lock: 'SHARE' | 'NO KEY UPDATE'): Part<SessionRow> {
    return pendingAndAccount(this.sessions, call, digest(key), lock);
  }
}

function heldBy(pending: Part<SessionRow>): Part<HeldAccount> {
  return part('held', sql`SELECT account_id, security_stamp FROM ${pending}`);
}
