import { Injectable } from '@nestjs/common';
import { SecondFactors } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { AuthError, type Call } from '@app/kernel';
import { FactorSetups } from './factor-setup.js';
import { shownFactor } from './second-factor-code.js';

export interface BegunAuthenticator {
  /** Base32. */
  secret: string;
  /** What the QR code says. */
  uri: string;
  backupCodes: string[];
}

/** A new authenticator, of no use until a code of it is confirmed. */
@Injectable()
export class TotpSetupService {
  constructor(
    private readonly setups: FactorSetups,
    private readonly factors: SecondFactors,
    private readonly attempts: AttemptsRepository,
  ) {}

  async begin(call: Call, sessionId: string): Promise<BegunAuthenticator> {
    const holder = await this.setups.holder(call, sessionId);
    const { secret, uri, part } = this.factors.beginTotp(call, holder.account_id, holder.label, 'allowed');
    const attempt = shownFactor(call, 'factor_setup', this.attempts.ruleOf('factor_setup', call.now));
    const parts = { set_up: part, ...this.attempts.open(call, attempt, 'allowed') };
    const backupCodes = await this.setups.run(call, holder, sessionId, parts);
    if (!backupCodes) throw new AuthError('proof_stale');
    return { secret, uri, backupCodes };
  }
}
