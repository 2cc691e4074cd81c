import { Injectable } from '@nestjs/common';
import { completeSignUp, TotpFactors } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { type Part, part, sql, violatedConstraint } from '@app/database';
import { AuthError, type AuthErrorCode, type Call } from '@app/kernel';
import { BrowserSessions, browserSignIn, type Flow, type StagedSession } from '@app/sessions';
import { channelOf, openAttempt, stepOf } from './attempt-step.js';
import type { Browser } from './browser.js';
import type { BrowserAttempt } from './browser-view.js';
import { GuessService } from './guess.service.js';

/** An attempt as a client names it. */
export interface AttemptReference {
  kind: 'sign_in' | 'sign_up';
  id: string;
}

const firstOf = (flow: Part<Flow>) =>
  sql`a.browser_attempt_id = (SELECT id FROM ${flow}) AND a.session_id IS NULL AND a.kind = 'code'`;
const secondOf = (flow: Part<Flow>, kind: 'code' | 'totp') =>
  sql`a.session_id = (SELECT session_id FROM ${flow}) AND a.kind = ${kind}`;

/** The code of an attempt: proves an address, and makes of it what the attempt was begun for. */
@Injectable()
export class VerifyService {
  constructor(
    private readonly guesses: GuessService,
    private readonly attempts: AttemptsRepository,
    private readonly browsers: BrowserSessions,
    private readonly totp: TotpFactors,
    private readonly config: Config,
  ) {}

  /** Answers the new token of the browser session. */
  async verify(call: Call, browser: Browser, { kind, id }: AttemptReference, code: string): Promise<string> {
    const attempt = openAttempt(browser.view, kind, id, call.now);
    if (!attempt) return this.guesses.refuse(call, kind === 'sign_up' ? 'sign_up.verify' : 'code.verify');
    if (kind === 'sign_up') return this.verifySignUp(call, browser, attempt, code);
    if (stepOf(attempt) !== 'verify_second_factor') return this.verifyFirst(call, browser, attempt, code);
    return attempt.factor === 'totp'
      ? this.verifyTotp(call, browser, attempt, code)
      : this.verifySecond(call, browser, attempt, code);
  }

  private verifyFirst(call: Call, browser: Browser, { id }: BrowserAttempt, code: string): Promise<string> {
    const gate = this.guesses.gate(call, browser, (locked) => this.browsers.unproven(call, id, locked));
    const question = { purpose: 'sign_in', of: firstOf(gate.allowed) } as const;
    const redemption = this.attempts.redeem(call, question, id, code);
    const proven = browserSignIn(call, redemption.verdict, this.config.sessions);
    return this.guesses.decide(call, gate, 'code.verify', { redemption, proven });
  }

  private verifySecond(call: Call, browser: Browser, { id }: BrowserAttempt, code: string): Promise<string> {
    const gate = this.guesses.gate(call, browser, (locked) => this.browsers.pending(call, id, locked));
    const question = { purpose: 'sign_in', of: secondOf(gate.allowed, 'code') } as const;
    const redemption = this.attempts.redeem(call, question, id, code);
    const proven = this.browsers.promote(call, redemption.verdict);
    return this.guesses.decide(call, gate, 'code.verify', { redemption, proven });
  }

  /** Two statements, because only the process can read an authenticator's secret. */
  private async verifyTotp(
    call: Call,
    browser: Browser,
    { id }: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const known = await this.guesses.openTotp(call, browser, id);
    const step = known && this.totp.stepOf(known.account_id, known.secret_sealed, code, call.now);
    const gate = this.guesses.gate(call, browser, (locked) => this.browsers.pending(call, id, locked));
    const factor = this.totp.locked(gate.allowed, known?.secret_sealed);
    const question = { purpose: 'sign_in', of: secondOf(gate.allowed, 'totp') } as const;
    const redemption = this.attempts.redeemTotp(call, question, this.totp.isFresh(step, factor));
    return this.guesses.decide(call, gate, 'code.verify', {
      redemption,
      proven: this.browsers.promote(call, redemption.verdict),
      also: [this.totp.accept(step, redemption.verdict)],
    });
  }

  private async verifySignUp(
    call: Call,
    browser: Browser,
    attempt: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const { id } = attempt;
    const gate = this.guesses.gate(call, browser, (locked) => this.browsers.unproven(call, id, locked));
    const question = { purpose: 'sign_up', of: firstOf(gate.allowed) } as const;
    const redemption = this.attempts.redeem(call, question, id, code);
    const completion = completeSignUp(call, call.nextId(), gate.flow, redemption.verdict);
    const method = channelOf(attempt) ?? 'email';
    const session = { id: call.nextId(), attemptId: id, stage: 'signed_in', method } as const;
    const started = this.browsers.start(call, session, completion.account, gate.browser);
    const proven = part<StagedSession>(
      'proven',
      sql`
        SELECT session_id, account_id, stage FROM ${started}
        UNION ALL SELECT NULL, NULL, 'pending' FROM ${completion.sign_up} WHERE NOT complete`,
    );
    return this.guesses
      .decide(call, gate, 'sign_up.verify', { redemption, proven, also: [completion] })
      .catch(refuseTaken);
  }
}

/** Somebody else has proven the same name meanwhile: nothing of the statement has happened, the code is not burnt. */
function refuseTaken(error: unknown): never {
  const name = /^accounts_(email|username|phone)_key$/.exec(violatedConstraint(error) ?? '')?.[1];
  if (name) throw new AuthError(`${name}_taken` as AuthErrorCode);
  throw error;
}
