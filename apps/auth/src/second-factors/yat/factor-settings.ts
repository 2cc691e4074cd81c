import { Injectable } from '@nestjs/common';
import { AuthError, phoneNumber, type RequestContext } from '@app/kernel';
import { FactorRemovalService } from './factor-removal.service.js';
import { SmsSetupService } from './sms-setup.service.js';
import { TotpSetupService, type BegunAuthenticator } from './totp-setup.service.js';

export type BegunFactor = { authenticator: BegunAuthenticator } | { phone: string; backupCodes: string[] };

/** Which second factor an account is to have. */
@Injectable()
export class FactorSettings {
  constructor(
    private readonly authenticators: TotpSetupService,
    private readonly phones: SmsSetupService,
    private readonly removal: FactorRemovalService,
  ) {}

  /** An authenticator, or none at once. */
  async choose(
    call: RequestContext,
    sessionId: string,
    factor: string | null,
  ): Promise<BegunAuthenticator | undefined> {
    if (factor !== null) return this.authenticators.begin(call, sessionId);
    await this.removal.disable(call, sessionId);
    return undefined;
  }

  /** A phone with a number, an authenticator without. */
  async enable(
    call: RequestContext,
    sessionId: string,
    provider: 'GoogleAuthenticator' | 'SMS',
    number = '',
  ): Promise<BegunFactor> {
    if (provider !== 'SMS') return { authenticator: await this.authenticators.begin(call, sessionId) };
    const phone = phoneNumber(number);
    if (!phone) {
      const error = 'phone must be an international number such as +4915112345678';
      throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'phone', error }] });
    }
    return { phone, backupCodes: await this.phones.begin(call, sessionId, phone) };
  }
}
