import { Injectable } from '@nestjs/common';
import { addressedTo, SecondFactors } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import { CodeSender, inSession, sentCode } from '@app/sign-in';
import { FactorSetups } from './factor-setup.js';

/** A phone that will get the codes, of no use until the code that is texted to it is confirmed. */
@Injectable()
export class SmsSetupService {
  constructor(
    private readonly setups: FactorSetups,
    private readonly factors: SecondFactors,
    private readonly attempts: AttemptsRepository,
    private readonly sender: CodeSender,
    private readonly config: Config,
  ) {}

  /**
   * `phone`: E.164. Answers the backup codes.
   *
   * @throws AuthError those of `FactorSetups.holder`, `resend_too_soon`
   */
  async begin(call: RequestContext, sessionId: string, phone: string): Promise<string[]> {
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const { account_id } = await this.setups.holder(call, sessionId);
    const binding = inSession.binding({ account_id, session_id: sessionId }, phone);
    const asking = this.setups.allowed(call, sessionId);
    const { codes: backupCodes, hashes } = this.setups.backupCodesFor(account_id);
    await this.sender.send(call, {
      event: 'factor.setup',
      asking,
      to: addressedTo(phone, asking),
      scope: inSession,
      rule: { purpose: 'factor_setup', waitSeconds, hourlyLimit },
      ...sentCode(call, this.attempts, 'sms', binding, 'factor_setup'),
      also: (allowed) => [this.factors.beginSms(call, phone, allowed, hashes)],
    });
    return backupCodes;
  }
}
