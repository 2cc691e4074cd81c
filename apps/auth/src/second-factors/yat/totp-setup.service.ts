import { Injectable } from '@nestjs/common';
import { SecondFactors } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { AuthError, type RequestContext } from '@app/kernel';
import { shownCode } from '@app/sign-in';
import { FactorSetups } from './factor-setup.js';

export interface BegunAuthenticator {
  accountId: string;
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

  /** @throws AuthError those of `FactorSetups.holder` */
  async begin(call: RequestContext, sessionId: string): Promise<BegunAuthenticator> {
    const { account_id, label } = await this.setups.holder(call, sessionId);
    const allowed = this.setups.allowed(call, sessionId);
    const { codes: backupCodes, hashes } = this.setups.backupCodesFor(account_id);
    const { secret, uri, part: setUp } = this.factors.beginTotp(call, account_id, label, allowed, hashes);
    const opened = this.attempts.open(call, shownCode(call, this.attempts, 'factor_setup'), allowed);
    if (!(await this.setups.run(call, allowed, setUp, opened))) throw new AuthError('proof_stale');
    return { accountId: account_id, secret, uri, backupCodes };
  }
}
