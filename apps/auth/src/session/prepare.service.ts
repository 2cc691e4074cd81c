import { Injectable } from '@nestjs/common';
import { AttemptsRepository, type NewAttempt } from '@app/attempts';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { AuthError, plusSeconds, secondsUntil, type RequestContext } from '@app/kernel';
import { recordRefusal } from '@app/sign-in';
import { channelOf, openAttempt } from './attempt-step.js';
import type { Browser } from './browser.js';
import type { BrowserAttempt } from './browser-view.js';
import { SendParts, type SendVerdict } from './send-parts.js';
import { sendingOf, type Channel } from './sending.js';
import type { AttemptReference } from './verify.service.js';

/** Sends the code or link of an attempt, for the first time and again: a new one, which takes the place of the old one. */
@Injectable()
export class PrepareService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sends: SendParts,
    private readonly config: Config,
  ) {}

  /**
   * Once in a waiting time for an attempt, and a few times an hour for a recipient. Whether there is a recipient
   * shows nowhere.
   */
  async prepare(
    call: RequestContext,
    browser: Browser,
    { kind, id }: AttemptReference,
    channel: Channel,
  ): Promise<void> {
    const attempt = openAttempt(browser.view, kind, id, call.now);
    if (!attempt) return this.refuse(call, 'absent', unknownAttempt());
    if (channelOf(attempt) !== channel)
      return this.refuse(call, 'no_address', new AuthError('address_missing'));
    const sending = sendingOf(
      call,
      browser,
      attempt,
      channel,
      this.ruleOf(call, attempt),
      this.config.http.publicUrl,
    );
    const sent = this.sends.of(call, browser, attempt, channel, sending);
    const { outcome, next_at } = (await this.database.row(sent)) as SendVerdict;
    if (outcome === 'absent') throw unknownAttempt();
    if (outcome === 'too_soon') {
      const { waitSeconds } = this.config.sends;
      throw new AuthError('resend_too_soon', {
        retryAfterSeconds: next_at ? secondsUntil(next_at, call.now) : waitSeconds,
      });
    }
  }

  private refuse(call: RequestContext, outcome: string, error: AuthError): Promise<never> {
    return recordRefusal(this.database, call, 'code.send', { outcome })(error);
  }

  private ruleOf(
    { now }: RequestContext,
    { kind, method, stage }: BrowserAttempt,
  ): Pick<NewAttempt, 'tries' | 'expiresAt'> {
    const rule = this.attempts.ruleOf(kind, now);
    if (method !== 'magic_link' || stage === 'pending') return rule;
    return { ...rule, expiresAt: plusSeconds(now, this.config.attempts.magic_link.lifeSeconds) };
  }
}

function unknownAttempt(): AuthError {
  return new AuthError('attempt_not_found', {
    parameters: [{ parameter: 'attempt', error: 'Invalid attempt ID' }],
  });
}
