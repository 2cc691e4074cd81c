import { Injectable } from '@nestjs/common';
import { auditRefusal } from '@app/audit';
import { Database } from '@app/database';
import { AuthError, type AuthErrorCode, type Call } from '@app/kernel';
import type { FirstProof } from './credentials.js';
import { DocspaceIdentity } from './identity.js';
import { DocspaceMailedKey } from './mailed-key.js';
import { DocspacePassword } from './password.js';
import type { Proven, Refused } from './proof.js';

/** The first factor, however it is proven. */
@Injectable()
export class DocspaceFirstFactor {
  constructor(
    private readonly database: Database,
    private readonly passwords: DocspacePassword,
    private readonly keys: DocspaceMailedKey,
    private readonly identities: DocspaceIdentity,
  ) {}

  async prove(call: Call, proof: FirstProof): Promise<Proven> {
    const proven = await this.check(call, proof);
    if ('refused' in proven) return this.refuse(call, proven);
    const refusal = refusalOf(proven);
    return refusal ? this.refuseProven(call, proven, ...refusal) : proven;
  }

  /** Says why a proven account may still not go on: only to who has proven to be its owner. */
  async refuseProven(
    call: Call,
    { event, account }: Proven,
    refused: AuthErrorCode,
    outcome: string,
  ): Promise<never> {
    return this.refuse(call, { refused, outcome, event, accountId: account.id });
  }

  private async check(call: Call, proof: FirstProof): Promise<Proven | Refused> {
    switch (proof.kind) {
      case 'password':
        return this.passwords.prove(call, proof);
      case 'mailed_key':
        return this.keys.prove(call, proof);
      case 'identity':
        return this.identities.prove(call, proof);
    }
  }

  private async refuse(call: Call, { refused, event, details, ...subject }: Refused): Promise<never> {
    await this.database.rows(auditRefusal(call, event, subject));
    throw new AuthError(refused, details);
  }
}

function refusalOf({ account, method }: Proven): [AuthErrorCode, string] | undefined {
  if (account.disabled_at) return ['account_disabled', 'disabled'];
  if (!account.activated_at) return ['account_not_activated', 'not_activated'];
  if (account.second_factor !== 'email') return undefined;
  if (!account.email) return ['address_missing', 'no_address'];
  // A mailed key proves the mailbox, and a provider's word may rest on nothing more than it: with the code it would be both.
  return method === 'pwd' ? undefined : ['attempt_not_found', 'same_mailbox'];
}
