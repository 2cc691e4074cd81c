import { Injectable } from '@nestjs/common';
import { PasswordCheck, type KnownAccount, type PasswordOutcome } from '@app/accounts';
import { CaptchaVerifier } from '@app/captcha';
import { auditRefusal } from '@app/audit';
import { Database, type Parts } from '@app/database';
import { AuthError, normaliseIdentifier, type AuthErrorCode, type Call, type Identifier } from '@app/kernel';
import type { AuthenticationMethod } from '@app/sessions';
import type { FirstProof } from './docspace-credentials.js';

export interface Proven {
  account: KnownAccount;
  method: AuthenticationMethod['method'];
  /** Parts that belong to the statement which makes use of the proof. */
  also: Parts;
}

type Refusal = { code: AuthErrorCode; outcome: string };

/** The first factor, however it is proven. */
@Injectable()
export class DocspaceFirstFactor {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordCheck,
    private readonly captchas: CaptchaVerifier,
  ) {}

  async prove(call: Call, proof: FirstProof): Promise<Proven> {
    const login = normaliseIdentifier(proof.login);
    const { address } = call.client;
    const outcome = await this.check(call, login, proof);
    if (!outcome.ok) {
      const code = outcome.reason === 'locked' ? 'login_locked' : 'credentials_wrong';
      return this.refuse(
        call,
        outcome.accountId,
        { code, outcome: outcome.reason },
        outcome.retryAfterSeconds,
      );
    }
    const refusal = refusalOf(outcome.account);
    if (refusal) return this.refuse(call, outcome.account.id, refusal);
    return {
      account: outcome.account,
      method: 'pwd',
      also: { forgiven: this.passwords.forgive(login, address) },
    };
  }

  /** A captcha is looked at only where it makes a difference: it lifts the lock of the address, never that of the login. */
  private async check(
    call: Call,
    login: Identifier,
    { password, captcha }: FirstProof,
  ): Promise<PasswordOutcome> {
    const { address } = call.client;
    const outcome = await this.passwords.check(login, address, password, call.now);
    if (outcome.ok || outcome.reason !== 'locked' || !captcha) return outcome;
    const isPerson = await this.captchas.isGood(captcha.kind, captcha.response, address);
    return isPerson
      ? this.passwords.check(login, address, password, call.now, { addressLifted: true })
      : outcome;
  }

  /** Says why a proven account may still not go on: only to who has proven to be its owner. */
  async refuse(
    call: Call,
    accountId: string | null,
    { code, outcome }: Refusal,
    retryAfterSeconds?: number,
  ): Promise<never> {
    await this.database.rows(auditRefusal(call, 'password', { outcome, accountId }));
    throw new AuthError(code, { retryAfterSeconds });
  }
}

function refusalOf(account: KnownAccount): Refusal | undefined {
  if (account.disabled_at) return { code: 'account_disabled', outcome: 'disabled' };
  if (!account.activated_at) return { code: 'account_not_activated', outcome: 'not_activated' };
  const mailless = account.second_factor === 'email' && !account.email;
  return mailless ? { code: 'address_missing', outcome: 'no_address' } : undefined;
}
