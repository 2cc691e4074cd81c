import { Injectable } from '@nestjs/common';
import { recipientOf } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { type Effect, type Part } from '@app/database';
import { Outbox } from '@app/delivery';
import { plusSeconds, type RequestContext } from '@app/kernel';
import { sentCode, shownCode } from './factor-attempts.js';
import type { Candidate } from './scope.js';

/** The attempt at the second factor that comes with a new pending session. */
@Injectable()
export class SecondFactorChallenge {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /**
   * Opens it for the session, and sends its code where one is sent. An authenticator's lasts as long as the session waits: its tries
   * are those of the sign-in, and not of a code.
   */
  open(
    call: RequestContext,
    factor: 'email' | 'sms' | 'totp',
    session: Part<Candidate>,
    binding: string,
  ): Effect[] {
    if (factor === 'totp') {
      const expiresAt = plusSeconds(call.now, this.config.sessions.pendingSeconds);
      return [this.attempts.open(call, shownCode(call, this.attempts, 'second_factor', expiresAt), session)];
    }
    const { attempt, message } = sentCode(call, this.attempts, factor, binding);
    return [
      this.attempts.open(call, attempt, session),
      this.outbox.enqueue(call, 'owner', message, recipientOf(factor, session)),
    ];
  }
}
