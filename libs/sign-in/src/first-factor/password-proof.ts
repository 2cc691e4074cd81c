import { Injectable } from '@nestjs/common';
import {
  lockAccountForShare,
  lockAccountForUpdate,
  PasswordCheck,
  type PasswordOutcome,
  type ShownPassword,
} from '@app/accounts';
import type { RequestContext, Identifier } from '@app/kernel';
import type { ProvenFactor, RefusedFactor } from './proven-factor.js';

const event = 'password';

/** The password, or its hash that the client made. */
@Injectable()
export class PasswordProof {
  constructor(private readonly passwords: PasswordCheck) {}

  /**
   * `isPerson`: asked only where it makes a difference. A person who has proven to be one lifts the lock of their network, never that
   * of the account.
   */
  async prove(
    call: RequestContext,
    login: Identifier,
    password: ShownPassword,
    isPerson?: () => Promise<boolean>,
  ): Promise<ProvenFactor | RefusedFactor> {
    const outcome = await this.check(call, login, password, isPerson);
    if (!outcome.ok) {
      const { reason, accountId, retryAfterSeconds } = outcome;
      const refused = reason === 'locked' ? 'login_locked' : 'credentials_wrong';
      return { refused, outcome: reason, event, accountId, details: { retryAfterSeconds } };
    }
    const { account } = outcome;
    return {
      account,
      method: 'pwd',
      event,
      hold: (alone) => (alone ? lockAccountForUpdate : lockAccountForShare)(account),
      also: () => [this.passwords.forgive(account.id, call.client.network)],
    };
  }

  private async check(
    { client: { network }, now }: RequestContext,
    login: Identifier,
    password: ShownPassword,
    isPerson?: () => Promise<boolean>,
  ): Promise<PasswordOutcome> {
    const outcome = await this.passwords.check(login, network, password, now);
    if (outcome.ok || outcome.reason !== 'locked' || !(await isPerson?.())) return outcome;
    return this.passwords.check(login, network, password, now, { networkLifted: true });
  }
}
