import { Injectable } from '@nestjs/common';
import { addressedTo, awaitingPhone, recipientOf, SecondFactors } from '@app/accounts';
import { AttemptsRepository, type SendRule } from '@app/attempts';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { AuthError, digest, phoneNumber, type RequestContext } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import {
  CodeSender,
  inProtocol,
  pendingAndAccount,
  type ProvenFactor,
  sentCode,
  withoutSession,
} from '@app/sign-in';
import { inLanguage } from './challenge.js';

export interface SentText {
  channel: 'email' | 'sms';
  phone?: string;
  expiresAt: Date;
}

/** Codes that somebody asks for; the one of the first step does not count among them. */
@Injectable()
export class DocspaceTextService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly factors: SecondFactors,
    private readonly sender: CodeSender,
    private readonly config: Config,
  ) {}

  /**
   * A new code in the place of the old one, to whoever has proven the first factor.
   *
   * @throws AuthError `attempt_not_found`, and those of `CodeSender.send`
   */
  async again(call: RequestContext, proven: ProvenFactor, language?: string): Promise<SentText> {
    const { id, second_factor: channel, phone } = proven.account;
    if ((channel !== 'sms' && channel !== 'email') || (channel === 'sms' && !phone))
      throw new AuthError('attempt_not_found');
    const scope = inProtocol(call);
    const held = proven.hold();
    const asking = withoutSession(held);
    const code = sentCode(call, this.attempts, channel, scope.binding({ account_id: id, session_id: null }));
    await this.sender.send(call, {
      event: 'code.resend',
      asking,
      to: inLanguage(language, recipientOf(channel, asking)),
      scope,
      rule: this.rule('second_factor'),
      ...code,
      always: proven.also(held),
    });
    return { channel, phone: phone ?? undefined, expiresAt: code.attempt.expiresAt };
  }

  /**
   * The number an account is to have its texts at, by the key of its first step: no use before the code is shown.
   *
   * @throws AuthError `invalid_parameters`, `session_not_found`, `attempt_not_found`, `resend_too_soon`
   */
  async setPhone(call: RequestContext, key: string, number: string): Promise<SentText> {
    const phone = phoneNumber(number);
    if (!phone) throw refusedNumber();
    const account_id = await this.waiting(call, key);
    const scope = inProtocol(call);
    const code = sentCode(call, this.attempts, 'sms', scope.binding({ account_id, session_id: null }, phone));
    const pending = pendingAndAccount(this.sessions, call, digest(key), 'SHARE');
    const asking = withoutSession(awaitingPhone(pending));
    await this.sender.send(call, {
      event: 'code.resend',
      asking,
      to: addressedTo(phone, asking),
      scope,
      rule: this.rule('factor_setup'),
      ...code,
      also: (allowed) => [this.factors.beginSms(call, phone, allowed)],
    });
    return { channel: 'sms', phone, expiresAt: code.attempt.expiresAt };
  }

  /** Whose pending session it is, when its account waits for a number. */
  private async waiting(call: RequestContext, key: string): Promise<string> {
    const row = await this.database.row(awaitingPhone(this.sessions.pending(call, digest(key)), false));
    if (!row) throw new AuthError('session_not_found');
    if (!row.waits) throw new AuthError('attempt_not_found');
    return row.account_id;
  }

  private rule(purpose: 'second_factor' | 'factor_setup'): SendRule {
    const { waitSeconds, hourlyLimit } = this.config.sends;
    return { purpose, waitSeconds, hourlyLimit };
  }
}

function refusedNumber(): AuthError {
  const error = 'mobilePhone must be an international number such as +4915112345678';
  return new AuthError('invalid_parameters', { parameters: [{ parameter: 'mobilePhone', error }] });
}
