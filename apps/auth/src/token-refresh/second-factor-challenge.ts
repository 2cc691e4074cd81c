import { Injectable } from '@nestjs/common';
import { recipientOf, type SecondFactor } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { type Parts, sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { plusSeconds, type Call } from '@app/kernel';
import { bindingOf, sentFactor, shownFactor } from './second-factor-code.js';

/** The attempt at the second factor that comes with a new pending session. */
@Injectable()
export class SecondFactorChallenge {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Parts that open it for the session in part `session`, and send its code where one is sent. */
  open(call: Call, factor: SecondFactor, sessionId: string): Parts {
    if (factor === 'none') return {};
    const rule = this.attempts.ruleOf('second_factor', call.now);
    if (factor === 'totp') {
      // As long as the session waits: the tries of an authenticator are those of the sign-in, not of a code.
      const expiresAt = plusSeconds(call.now, this.config.sessions.pendingSeconds);
      return this.attempts.open(call, shownFactor(call, 'second_factor', { ...rule, expiresAt }), 'session');
    }
    const target = { purpose: 'second_factor', binding: bindingOf(sessionId) } as const;
    const { attempt, message } = sentFactor(call, factor, target, rule);
    return {
      ...this.attempts.open(call, attempt, 'session'),
      recipient: recipientOf(factor, 'session'),
      message: this.outbox.enqueue(message, call.now, sql`SELECT * FROM recipient`),
    };
  }

  /** Once the statement has come back. */
  sent(): void {
    this.outbox.wake();
  }
}
