import { Injectable } from '@nestjs/common';
import { phoneNumber, recipientOf, SecondFactors } from '@app/accounts';
import { AttemptsRepository, nextSend, takeSendWindow, type NewAttempt, type SendRule } from '@app/attempts';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Parts, sql, type Sql, statementOf } from '@app/database';
import { Outbox, type NewMessage } from '@app/delivery';
import { AuthError, digest, secondsUntil, type Call } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { afterClosing, bindingOf, close, crossing, sentAttempt } from './attempts.js';
import type { Proven } from '../first-factor/proof.js';

export interface SentText {
  channel: 'email' | 'sms';
  phone?: string;
  expiresAt: Date;
}

interface Verdict {
  outcome: 'sent' | 'too_soon';
  next_at: Date | null;
}

interface Sending {
  /** Ends in part `asking` (`account_id, subject, security_stamp`): who asks. */
  asking: Parts;
  rule: SendRule;
  attempt: NewAttempt;
  message: NewMessage;
  recipient: Sql;
  also: Parts;
}

/** Codes that somebody asks for; the one of the first step does not count among them. */
@Injectable()
export class DocspaceTextService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly outbox: Outbox,
    private readonly factors: SecondFactors,
    private readonly config: Config,
  ) {}

  /** A new code in the place of the old one, to whoever has proven the first factor. */
  async again(call: Call, { account, hold, also }: Proven, language: string | undefined): Promise<SentText> {
    const { second_factor: channel, phone } = account;
    if ((channel !== 'sms' && channel !== 'email') || (channel === 'sms' && !phone))
      throw new AuthError('attempt_not_found');
    const { attempt, message } = sentAttempt(call, this.attempts, channel, bindingOf(account.id));
    await this.send(call, {
      asking: {
        ...hold('account'),
        asking: sql`SELECT account_id, account_id::text AS subject, security_stamp FROM account`,
      },
      rule: { purpose: 'second_factor', ...this.waits() },
      attempt,
      message,
      recipient: sql`
        SELECT r.address, coalesce(${language ?? null}::text, r.language) AS language, r.account_id
        FROM (${recipientOf(channel, 'held')}) r`,
      also,
    });
    return { channel, phone: phone ?? undefined, expiresAt: attempt.expiresAt };
  }

  /** The number an account is to have its texts at, by the key of its first step: no use before the code is shown. */
  async setPhone(call: Call, key: string, number: string): Promise<SentText> {
    const phone = phoneNumber(number);
    if (!phone) throw refusedNumber();
    const accountId = await this.waiting(call, key);
    const { attempt, message } = sentAttempt(call, this.attempts, 'sms', bindingOf(accountId, phone));
    await this.send(call, {
      asking: {
        pending: this.sessions.pending(call, digest(key)),
        asking: sql`
          SELECT p.account_id, p.subject, p.security_stamp FROM pending p JOIN accounts a ON a.id = p.account_id
          WHERE a.disabled_at IS NULL AND a.second_factor = 'sms' AND a.phone IS NULL`,
      },
      rule: { purpose: 'factor_setup', ...this.waits() },
      attempt,
      message,
      recipient: sql`
        SELECT ${phone}::text AS address, a.language, a.id AS account_id FROM accounts a JOIN held h ON h.account_id = a.id`,
      also: { set_up: this.factors.beginSms(call, phone, 'held') },
    });
    return { channel: 'sms', phone, expiresAt: attempt.expiresAt };
  }

  /** Whose pending session it is, when its account waits for a number. */
  private async waiting(call: Call, key: string): Promise<string> {
    const parts = { pending: this.sessions.pending(call, digest(key)) };
    const answer = sql`
      SELECT a.id, (a.second_factor = 'sms' AND a.phone IS NULL) AS waits FROM pending p
      JOIN accounts a ON a.id = p.account_id WHERE a.disabled_at IS NULL`;
    const row = await this.database.row<{ id: string; waits: boolean }>(statementOf(parts, answer));
    if (!row) throw new AuthError('session_not_found');
    if (!row.waits) throw new AuthError('attempt_not_found');
    return row.id;
  }

  private async send(
    call: Call,
    { asking, rule, attempt, message, recipient, also }: Sending,
  ): Promise<void> {
    const parts: Parts = {
      ...asking,
      window_taken: takeSendWindow(call, rule, 'asking'),
      held: sql`SELECT a.account_id, a.security_stamp FROM asking a JOIN window_taken USING (subject)`,
      closed: close(call, 'code'),
      opening: afterClosing('held'),
      ...this.attempts.open(call, attempt, 'opening'),
      message: this.outbox.enqueue(message, call.now, recipient),
      waiting: nextSend(call, rule, 'asking'),
      ...also,
      verdict: sql`
        SELECT CASE WHEN t.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, a.account_id, NULL::bigint AS session_id,
          t.id AS attempt_id FROM asking a LEFT JOIN attempt t ON true`,
      audited: audit(call, 'code.resend', 'verdict'),
    };
    const answer = sql`SELECT outcome, (SELECT next_at FROM waiting) AS next_at FROM verdict`;
    const verdict = await crossing(() => this.database.row<Verdict>(statementOf(parts, answer)));
    this.outbox.wake();
    if (!verdict) throw new AuthError('session_not_found');
    if (verdict.outcome === 'sent') return;
    const retryAfterSeconds = verdict.next_at ? secondsUntil(verdict.next_at, call.now) : rule.waitSeconds;
    throw new AuthError('resend_too_soon', { retryAfterSeconds });
  }

  private waits(): { waitSeconds: number; hourlyLimit: number } {
    const { waitSeconds, hourlyLimit } = this.config.sends;
    return { waitSeconds, hourlyLimit };
  }
}

function refusedNumber(): AuthError {
  const error = 'mobilePhone must be an international number such as +4915112345678';
  return new AuthError('invalid_parameters', { parameters: [{ parameter: 'mobilePhone', error }] });
}
