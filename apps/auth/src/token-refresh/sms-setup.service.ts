import { Injectable } from '@nestjs/common';
import { SecondFactors } from '@app/accounts';
import { AttemptsRepository, takeSendWindow } from '@app/attempts';
import { Config } from '@app/config';
import { sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { AuthError, type Call } from '@app/kernel';
import { FactorSetups } from './factor-setup.js';
import { bindingOf, sentFactor } from './second-factor-code.js';

/** A phone that will get the codes, of no use until the code that is texted to it is confirmed. */
@Injectable()
export class SmsSetupService {
  constructor(
    private readonly setups: FactorSetups,
    private readonly factors: SecondFactors,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** `phone`: E.164. Answers the backup codes. */
  async begin(call: Call, sessionId: string, phone: string): Promise<string[]> {
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const holder = await this.setups.holder(call, sessionId);
    const target = { purpose: 'factor_setup', binding: `${bindingOf(sessionId)} ${phone}` } as const;
    const { attempt, message } = sentFactor(
      call,
      'sms',
      target,
      this.attempts.ruleOf('factor_setup', call.now),
    );
    const codes = await this.setups.run(call, holder, sessionId, {
      window_taken: takeSendWindow(call, { purpose: 'factor_setup', waitSeconds, hourlyLimit }, 'allowed'),
      sending: sql`SELECT a.* FROM allowed a JOIN window_taken USING (subject)`,
      set_up: this.factors.beginSms(call, phone, 'sending'),
      ...this.attempts.open(call, attempt, 'sending'),
      message: this.outbox.enqueue(message, call.now, recipientAt(phone)),
    });
    this.outbox.wake();
    if (!codes) throw new AuthError('resend_too_soon', { retryAfterSeconds: waitSeconds });
    return codes;
  }
}

/** The number that is being set up, which is not the account's yet. */
const recipientAt = (phone: string) => sql`
  SELECT ${phone}::text AS address, a.language, a.id AS account_id
  FROM accounts a JOIN sending s ON s.account_id = a.id`;
