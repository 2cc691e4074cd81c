import { Injectable } from '@nestjs/common';
import { holdAccount, holdAlone, PasswordCheck, type PasswordOutcome } from '@app/accounts';
import { CaptchaVerifier } from '@app/captcha';
import { normaliseIdentifier, type Call, type Identifier } from '@app/kernel';
import type { PasswordProof } from './credentials.js';
import type { Proven, Refused } from './proof.js';

/** The password, or its hash that the client made. */
@Injectable()
export class DocspacePassword {
  constructor(
    private readonly passwords: PasswordCheck,
    private readonly captchas: CaptchaVerifier,
  ) {}

  async prove(call: Call, proof: PasswordProof): Promise<Proven | Refused> {
    const login = normaliseIdentifier(proof.login);
    const outcome = await this.check(call, login, proof);
    const event = 'password';
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
      hold: (name, alone) => ({ [name]: (alone ? holdAlone : holdAccount)(account) }),
      also: { forgiven: this.passwords.forgive(login, call.client.address) },
      spent: {},
    };
  }

  /** A captcha is looked at only where it makes a difference: it lifts the lock of the address, never that of the login. */
  private async check(
    call: Call,
    login: Identifier,
    { password, captcha }: PasswordProof,
  ): Promise<PasswordOutcome> {
    const { address } = call.client;
    const outcome = await this.passwords.check(login, address, password, call.now);
    if (outcome.ok || outcome.reason !== 'locked' || !captcha) return outcome;
    const isPerson = await this.captchas.isGood(captcha.kind, captcha.response, address);
    return isPerson
      ? this.passwords.check(login, address, password, call.now, { addressLifted: true })
      : outcome;
  }
}
