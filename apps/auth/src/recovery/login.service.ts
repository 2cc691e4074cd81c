import { Injectable } from '@nestjs/common';
import { heldCredential, holdAccount, isNewCount, storeCount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, type Statement, statementOf } from '@app/database';
import { AuthError, digest, type Call } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import {
  LoginProofService,
  type LoginAnswer,
  type ProvenLogin,
  type SecondFactorParts,
} from './login-proof.service.js';
import { LoginTokens, type LoginToken } from './login-tokens.js';

const PURPOSE = 'login_proof';

/** A key's signature, and the account's second factor where it has one, for a session. */
@Injectable()
export class LoginService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly proofs: LoginProofService,
    private readonly tokens: LoginTokens,
  ) {}

  /** The token of the new session. Every refusal reads the same. */
  async login(call: Call, answer: LoginAnswer): Promise<string> {
    const login = await this.proofs.prove(call, answer);
    if (!login) return this.refuse(call, answer.token);
    if (login.unclaimed) await this.claim(call, answer.token, login);
    const token = await this.tokens.sign(call, login);
    const verdict = await this.database.row(this.decision(call, answer.token, login, token));
    if (verdict?.outcome !== 'redeemed') throw new AuthError('credentials_wrong');
    return token.jwt;
  }

  /** Ends the session of a token. */
  async logout(call: Call, jwt: string): Promise<void> {
    await this.tokens.verify(call, jwt);
    const parts: Parts = {
      ended: this.sessions.end(call, digest(jwt), 'logout'),
      verdict: sql`SELECT 'ended' AS outcome, account_id, session_id, NULL::bigint AS attempt_id FROM ended`,
      audited: audit(call, 'session.end', 'verdict'),
    };
    const ended = await this.database.row(statementOf(parts, sql`SELECT session_id FROM verdict`));
    if (!ended) throw new AuthError('session_not_found');
  }

  private decision(
    call: Call,
    token: string,
    login: ProvenLogin,
    session: LoginToken,
  ): Statement<{ outcome: string }> {
    const factor = this.secondFactor(login);
    const right = sql`EXISTS (SELECT FROM account_held) AND ${isNewCount(login.count, 'held')} AND ${factor.right}`;
    const { sessionId: id, jwt, expiresAt } = session;
    const parts: Parts = {
      account_held: holdAccount(login.account),
      held: heldCredential(login.key.id),
      ...factor.before,
      ...this.attempts.redeemChallenge(call, PURPOSE, token, right, factor.guessable),
      ...factor.after,
      counted: storeCount(login.count, 'held', 'verdict'),
      done: sql`SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'`,
      session: this.sessions.start(
        call,
        { id, stage: 'signed_in', tokenHash: digest(jwt), method: 'pop', expiresAt },
        'done',
      ),
      audited: audit(call, 'login.complete', 'verdict'),
    };
    return statementOf(parts, sql`SELECT outcome FROM verdict`);
  }

  /** The account's second factor holds here as everywhere: a code by mail or text is spent before the challenge is opened. */
  private secondFactor(login: ProvenLogin): SecondFactorParts {
    const { account, method } = login;
    if (account.second_factor === 'totp') return this.proofs.authenticator(login);
    // A login code goes to the address that is the account's second factor.
    const proven = account.second_factor === 'none' || method !== 'key';
    return { right: sql`${proven}::boolean`, guessable: false, before: {}, after: {} };
  }

  private async claim(call: Call, token: string, { account }: ProvenLogin): Promise<void> {
    const parts = this.attempts.claimChallenge(call, PURPOSE, token, account);
    await this.database.rows(statementOf(parts, sql`SELECT FROM claimed`));
  }

  private async refuse(call: Call, token: string): Promise<never> {
    const parts: Parts = {
      ...this.attempts.redeemChallenge(call, PURPOSE, token, sql`false`),
      audited: audit(call, 'login.complete', 'verdict'),
    };
    await this.database.rows(statementOf(parts, sql`SELECT FROM verdict`));
    throw new AuthError('credentials_wrong');
  }
}
