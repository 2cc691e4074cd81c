import { Injectable } from '@nestjs/common';
import { completeSignUp, TotpFactors } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { type Parts, sql, violatedConstraint } from '@app/database';
import { AuthError, type AuthErrorCode, type Call } from '@app/kernel';
import { browserSignIn, BrowserSessions } from '@app/sessions';
import { channelOf, openAttempt, stepOf } from './attempt-step.js';
import type { Browser } from './browser.js';
import type { BrowserAttempt } from './browser-view.js';
import { GuessService } from './guess.service.js';

/** An attempt as a client names it. */
export interface AttemptReference {
  kind: 'sign_in' | 'sign_up';
  id: string;
}

const OF_FIRST = sql`a.browser_attempt_id = (SELECT id FROM allowed) AND a.session_id IS NULL AND a.kind = 'code'`;
const OF_SECOND = sql`a.session_id = (SELECT session_id FROM allowed) AND a.kind = 'code'`;
const OF_TOTP = sql`a.session_id = (SELECT session_id FROM allowed) AND a.kind = 'totp'`;

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
    return this.guesses.decide(call, browser, 'code.verify', {
      flow: this.browsers.unproven(call, id),
      redeem: this.attempts.redeem(call, { purpose: 'sign_in', of: OF_FIRST }, id, code),
      proven: { proven: browserSignIn(call, 'verdict', this.config.sessions) },
    });
  }

  private verifySecond(call: Call, browser: Browser, { id }: BrowserAttempt, code: string): Promise<string> {
    return this.guesses.decide(call, browser, 'code.verify', {
      flow: this.browsers.pending(call, id),
      redeem: this.attempts.redeem(call, { purpose: 'sign_in', of: OF_SECOND }, id, code),
      proven: { proven: this.browsers.promote(call, 'verdict') },
    });
  }

  /** Two statements, because only the process can read an authenticator's secret. */
  private async verifyTotp(
    call: Call,
    browser: Browser,
    attempt: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const known = await this.guesses.openTotp(call, browser, attempt.id);
    const step = known && this.totp.stepOf(known.account_id, known.secret_sealed, code, call.now);
    const fresh = this.totp.isFresh(step, 'factor');
    return this.guesses.decide(call, browser, 'code.verify', {
      flow: this.browsers.pending(call, attempt.id),
      redeem: {
        factor: this.totp.locked('allowed', known?.secret_sealed),
        ...this.attempts.redeemTotp(call, { purpose: 'sign_in', of: OF_TOTP }, fresh),
        accepted: this.totp.accept(step, 'verdict'),
      },
      proven: { proven: this.browsers.promote(call, 'verdict') },
    });
  }

  private async verifySignUp(
    call: Call,
    browser: Browser,
    attempt: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const { id } = attempt;
    const method = channelOf(attempt) ?? 'email';
    const session = { id: call.nextId(), attemptId: id, stage: 'signed_in', method } as const;
    const proven: Parts = {
      ...completeSignUp(call, call.nextId()),
      started: this.browsers.start(call, session, 'account'),
      proven: sql`
        SELECT session_id, account_id, stage FROM started
        UNION ALL SELECT NULL, NULL, 'pending' FROM sign_up WHERE NOT complete`,
    };
    const redeem = this.attempts.redeem(call, { purpose: 'sign_up', of: OF_FIRST }, id, code);
    return this.guesses
      .decide(call, browser, 'sign_up.verify', { flow: this.browsers.unproven(call, id), redeem, proven })
      .catch(refuseTaken);
  }
}

/** Somebody else has proven the same name meanwhile: nothing of the statement has happened, the code is not burnt. */
function refuseTaken(error: unknown): never {
  const name = /^accounts_(email|username|phone)_key$/.exec(violatedConstraint(error) ?? '')?.[1];
  if (name) throw new AuthError(`${name}_taken` as AuthErrorCode);
  throw error;
}
