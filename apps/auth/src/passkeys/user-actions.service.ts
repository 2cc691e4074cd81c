import { Injectable } from '@nestjs/common';
import { isNewCount, lockAccountForShare, lockedCredential, storeCount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Database, part, type Part, sql, type Statement, statement } from '@app/database';
import { AuthError, identify, KeyRing, type RequestContext } from '@app/kernel';
import {
  KeyChallenges,
  KeyProof,
  type LoginAnswer,
  type LoginChallenge,
  type ProvenLogin,
} from '@app/sign-in';
import { LoginSessions } from './login-sessions.service.js';
import { SessionChallenges } from './session-challenges.service.js';
import { signedToken, tokenFor, type UserAction } from './user-action.js';

const PURPOSE = 'user_action';

/** What a key signs before a call that is sensitive: the call itself. Its signature is good once, for that call, in that session. */
@Injectable()
export class UserActionsService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
    private readonly sessions: LoginSessions,
    private readonly opened: SessionChallenges,
    private readonly challenges: KeyChallenges,
    private readonly proofs: KeyProof,
  ) {}

  /**
   * A challenge for the keys of who is signed in.
   *
   * @throws AuthError `session_not_found`, `proof_stale`
   */
  async init(call: RequestContext, jwt: string, action: UserAction): Promise<LoginChallenge> {
    const { session_id } = await this.sessions.owned(call, jwt);
    const { token, holder } = await this.opened.open(call, session_id, PURPOSE, tokenFor(action));
    return { token, keys: this.challenges.keysOf(identify(holder.name), holder) };
  }

  /**
   * What the call is made with. The challenge stays open until the call spends it: signed again, it gives the same.
   *
   * @throws AuthError `session_not_found`, `credentials_wrong`
   */
  async sign(
    call: RequestContext,
    jwt: string,
    answer: Pick<LoginAnswer, 'token' | 'assertion'>,
  ): Promise<string> {
    const { token } = answer;
    const { session_id } = await this.sessions.owned(call, jwt);
    const signed = await this.proofs.prove(call, { purpose: PURPOSE, ...answer });
    if (!signed) {
      await this.proofs.refuse(call, PURPOSE, token);
      throw new AuthError('credentials_wrong');
    }
    const row = await this.database.row(this.decision(call, session_id, token, signed));
    if (row?.outcome !== 'redeemed') throw new AuthError('credentials_wrong');
    return signedToken(this.keyRing, token);
  }

  private decision(
    call: RequestContext,
    sessionId: string,
    token: string,
    { account, key, count }: ProvenLogin,
  ): Statement<Recorded> {
    const held = lockAccountForShare(account);
    const locked = lockedCredential(key.id);
    const challenge = this.attempts.openChallengeOf(call, PURPOSE, token);
    const isGood = sql`EXISTS (SELECT FROM ${held}) AND ${isNewCount(count, locked)}
      AND c.session_id IS NOT DISTINCT FROM ${sessionId}::bigint`;
    const verdict: Part<Recorded> = part(
      'verdict',
      sql`
      SELECT CASE WHEN ${isGood} THEN 'redeemed' ELSE 'wrong' END AS outcome, c.account_id, c.session_id, c.id AS attempt_id
      FROM ${challenge} c`,
    );
    const counted = storeCount(count, locked, verdict);
    return statement(verdict, counted, audit(call, 'user_action.sign', verdict));
  }
}
