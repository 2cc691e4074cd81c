import { Injectable } from '@nestjs/common';
import {
  lockedCredential,
  lockAccountForShare,
  isNewCount,
  redeemedAccount,
  storeCount,
  type HeldAccount,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, recordedAs } from '@app/audit';
import { Database, ofOne, type Part, sql, type Statement, statement } from '@app/database';
import { AuthError, digest, type RequestContext } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { KeyProof, type LoginAnswer, type ProvenLogin, type SecondFactorParts } from '@app/sign-in';
import { LoginTokens, secondProofOf, type LoginToken } from './login-tokens.js';

const PURPOSE = 'login_proof';

/** A key's signature, and the account's second factor where it has one, for a session. */
@Injectable()
export class LoginService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly proofs: KeyProof,
    private readonly tokens: LoginTokens,
  ) {}

  /** The token of the new session. Every refusal reads the same. */
  async login(call: RequestContext, answer: Omit<LoginAnswer, 'purpose'>): Promise<string> {
    const login = await this.proofs.prove(call, { purpose: PURPOSE, ...answer });
    if (!login) return this.refuse(call, answer.token);
    await this.proofs.claim(call, answer.token, login);
    const token = await this.tokens.sign(call, login);
    const verdict = await this.database.row(this.decision(call, answer.token, login, token));
    if (verdict?.outcome !== 'redeemed') throw new AuthError('credentials_wrong');
    return token.jwt;
  }

  /** Ends the session of a token. */
  async logout(call: RequestContext, jwt: string): Promise<void> {
    await this.tokens.verify(call, jwt);
    const verdict = recordedAs('ended', this.sessions.end('signed_out_here', call, digest(jwt)));
    const ended = await this.database.row(statement(verdict, audit(call, 'session.end', verdict)));
    if (!ended) throw new AuthError('session_not_found');
  }

  private decision(
    call: RequestContext,
    token: string,
    login: ProvenLogin,
    session: LoginToken,
  ): Statement<{ outcome: string }> {
    const account = lockAccountForShare(login.account);
    const key = lockedCredential(login.key.id);
    const factor = this.secondFactor(login, account);
    const right = sql`EXISTS (SELECT FROM ${account}) AND ${isNewCount(login.count, key)} AND ${factor.right}`;
    const redemption = this.attempts.redeemChallenge(
      call,
      PURPOSE,
      token,
      right,
      factor.guessable,
      () => account,
    );
    const { verdict } = redemption;
    const done = redeemedAccount(verdict);
    const { sessionId: id, jwt, expiresAt } = session;
    const second = secondProofOf(login);
    const begun = {
      id,
      stage: 'signed_in',
      tokenHash: digest(jwt),
      method: 'pop',
      second: second && sql`${second}`,
      expiresAt,
    } as const;
    return statement(
      { outcome: ofOne(verdict, 'outcome') },
      redemption,
      ...factor.spent(verdict),
      storeCount(login.count, key, verdict),
      this.sessions.start(call, begun, done),
      audit(call, 'login.complete', verdict),
    );
  }

  /** The account's second factor holds here as everywhere: a code by mail or text is spent before the challenge is opened. */
  private secondFactor(login: ProvenLogin, held: Part<HeldAccount>): SecondFactorParts {
    const { account, method } = login;
    if (account.second_factor === 'totp') return this.proofs.authenticator(login, held);
    // A login code goes to the address that is the account's second factor.
    const proven = account.second_factor === 'none' || method !== 'key';
    return { right: sql`${proven}::boolean`, guessable: false, spent: () => [] };
  }

  private async refuse(call: RequestContext, token: string): Promise<never> {
    await this.proofs.refuse(call, PURPOSE, token);
    throw new AuthError('credentials_wrong');
  }
}
