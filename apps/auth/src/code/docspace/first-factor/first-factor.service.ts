import { Injectable } from '@nestjs/common';
import { CaptchaVerifier } from '@app/captcha';
import { identify, type RequestContext } from '@app/kernel';
import { FirstFactor, PasswordProof, type ProvenFactor, type RefusedFactor } from '@app/sign-in';
import type { FirstProof, PasswordProof as ShownProof } from './credentials.js';
import { DocspaceIdentity } from './identity.js';
import { DocspaceMailedKey } from './mailed-key.js';

const POLICY = {
  disabled: 'account_disabled',
  unproven: 'account_not_activated',
  reachable: false,
} as const;

/** The first factor, however it is proven. */
@Injectable()
export class DocspaceFirstFactor {
  constructor(
    private readonly firstFactor: FirstFactor,
    private readonly passwords: PasswordProof,
    private readonly captchas: CaptchaVerifier,
    private readonly keys: DocspaceMailedKey,
    private readonly identities: DocspaceIdentity,
  ) {}

  /**
   * @throws AuthError those of `FirstFactor.admit`, `attempt_not_found` when the mailbox would be both factors,
   * `provider_unavailable`, `invalid_parameters`
   */
  async prove(call: RequestContext, proof: FirstProof): Promise<ProvenFactor> {
    const proven = await this.firstFactor.admit(call, await this.check(call, proof), POLICY);
    const { account, method, event } = proven;
    if (account.second_factor !== 'email') return proven;
    const subject = { event, accountId: account.id };
    if (!account.email)
      return this.firstFactor.refuse(call, { ...subject, refused: 'address_missing', outcome: 'no_address' });
    if (method === 'pwd') return proven;
    // A mailed key proves the mailbox, and a provider's word may rest on nothing more than it: with the code it would be both.
    return this.firstFactor.refuse(call, {
      ...subject,
      refused: 'attempt_not_found',
      outcome: 'same_mailbox',
    });
  }

  private async check(call: RequestContext, proof: FirstProof): Promise<ProvenFactor | RefusedFactor> {
    switch (proof.kind) {
      case 'password':
        return this.byPassword(call, proof);
      case 'mailed_key':
        return this.keys.prove(call, proof);
      case 'identity':
        return this.identities.prove(call, proof);
    }
  }

  private byPassword(call: RequestContext, { login, password, captcha }: ShownProof) {
    const isPerson =
      captcha && (() => this.captchas.isGood(captcha.kind, captcha.response, call.client.address));
    return this.passwords.prove(call, identify(login), password, isPerson);
  }
}
