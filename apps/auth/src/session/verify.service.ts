import { Injectable } from '@nestjs/common';
import { completeSignUp } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { type Part, part, sql } from '@app/database';
import { isBackupCode, isFactorCode, isSixDigits, type RequestContext } from '@app/kernel';
import { enterBrowser, inSession, readBy, readInSignUp, SecondFactorCheck, shareOwner } from '@app/sign-in';
import { BrowserSessions, type Flow, type StagedSession } from '@app/sessions';
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
/** For a code that was sent, only the statement that checks it has to know whose it is. */
const NOBODY = { account_id: '0', session_id: null, totp_secret: null, setup: null };

/** The code of an attempt: proves an address, and makes of it what the attempt was begun for. */
@Injectable()
export class VerifyService {
  constructor(
    private readonly guesses: GuessService,
    private readonly attempts: AttemptsRepository,
    private readonly browsers: BrowserSessions,
    private readonly check: SecondFactorCheck,
    private readonly config: Config,
  ) {}

  /** Answers the new token of the browser session. */
  async verify(
    call: RequestContext,
    browser: Browser,
    { kind, id }: AttemptReference,
    code: string,
  ): Promise<string> {
    const attempt = openAttempt(browser.view, kind, id, call.now);
    const event = kind === 'sign_up' ? 'sign_up.verify' : 'code.verify';
    if (!attempt) return this.guesses.refuse(call, event);
    const second = stepOf(attempt) === 'verify_second_factor';
    const isCode = second ? isFactorCode(code) : isSixDigits(code);
    if (!isCode) return this.guesses.refuse(call, event, 'code_wrong');
    if (kind === 'sign_up') return this.verifySignUp(call, browser, attempt, code);
    if (!second) return this.verifyFirst(call, browser, attempt, code);
    return this.verifySecond(call, browser, attempt, code);
  }

  private verifyFirst(
    call: RequestContext,
    browser: Browser,
    attempt: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const { id } = attempt;
    const gate = this.guesses.gate(call, browser, (locked) => this.browsers.unproven(call, id, locked));
    const question = { purpose: 'sign_in', of: firstOf(gate.allowed) } as const;
    const redemption = this.attempts.redeem(call, question, id, code);
    const proven = enterBrowser(call, redemption.verdict, this.config.sessions);
    return this.guesses.decide(call, gate, 'code.verify', {
      redemption,
      proven,
      also: [readBy(redemption.verdict)],
    });
  }

  /** With an authenticator or a backup code two statements, because only the process can read its secret, and knows how the code rests. */
  private async verifySecond(
    call: RequestContext,
    browser: Browser,
    { id, factor }: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const shown = factor === 'totp' || isBackupCode(code);
    const awaited = shown ? await this.guesses.awaited(call, browser, id, code) : undefined;
    const gate = this.guesses.gate(call, browser, (locked) =>
      this.browsers.pending(call, id, locked, shareOwner),
    );
    const known = awaited ?? { ...NOBODY, second_factor: factor ?? 'none' };
    const scope = { ...inSession, binding: () => id };
    const { redemption, proven, effects } = this.check.redeem(call, scope, gate.allowed, known, code);
    return this.guesses.decide(call, gate, 'code.verify', {
      redemption,
      proven: this.browsers.promote(call, proven),
      also: effects,
    });
  }

  private async verifySignUp(
    call: RequestContext,
    browser: Browser,
    attempt: BrowserAttempt,
    code: string,
  ): Promise<string> {
    const { id } = attempt;
    const gate = this.guesses.gate(call, browser, (locked) => this.browsers.unproven(call, id, locked));
    const question = { purpose: 'sign_up', of: firstOf(gate.allowed) } as const;
    const redemption = this.attempts.redeem(call, question, id, code);
    const completion = completeSignUp(call, call.nextId(), attempt.email, gate.flow, redemption.verdict);
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
      .decide(call, gate, 'sign_up.verify', {
        redemption,
        proven,
        also: [completion, readInSignUp(completion.sign_up)],
        renewable: true,
      })
      .catch((error: unknown) => this.guesses.refuseTaken(call, error));
  }
}
