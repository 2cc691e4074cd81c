import { Injectable } from '@nestjs/common';
import type { KnownAccount, ShownPassword } from '@app/accounts';
import { auditRefusal } from '@app/audit';
import { Database } from '@app/database';
import { AuthError, type AuthErrorCode, type RequestContext, type Identifier } from '@app/kernel';
import { PasswordProof } from './password-proof.js';
import type { ProvenFactor, RefusedFactor } from './proven-factor.js';

/** Who may go on with a first factor that was right, by the words that a protocol has for those who may not. */
export interface EntryPolicy {
  disabled: AuthErrorCode;
  /** For an account whose owner has proven no address; without it, such an account may sign in with its password. */
  unproven?: AuthErrorCode;
  /** Whether the code of its second factor has to have somewhere to go; otherwise the step after this one says so. */
  reachable: boolean;
  /** The organisation that the account has to belong to. */
  orgId?: string;
}

/** The first factor of every protocol: whoever is refused is recorded, and hears no more than the protocol's word for it. */
@Injectable()
export class FirstFactor {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordProof,
  ) {}

  /** @throws AuthError `credentials_wrong`, `login_locked`, `busy`, `address_missing`, and those of the policy */
  async byPassword(
    call: RequestContext,
    login: Identifier,
    password: ShownPassword,
    policy: EntryPolicy,
  ): Promise<ProvenFactor> {
    return this.admit(call, await this.passwords.prove(call, login, password), policy);
  }

  /** Why an account may not go on is said only to whoever has proven to be its owner. */
  async admit(
    call: RequestContext,
    proof: ProvenFactor | RefusedFactor,
    policy: EntryPolicy,
  ): Promise<ProvenFactor> {
    if ('refused' in proof) return this.refuse(call, proof);
    const { account, event } = proof;
    const refusal = refusalOf(account, policy);
    return refusal ? this.refuse(call, { ...refusal, event, accountId: account.id }) : proof;
  }

  /** The account has changed between its proof and the statement that was to make use of it: the next try finds it as it is. */
  async overtaken(
    call: RequestContext,
    { event, account }: Pick<ProvenFactor, 'event'> & { account: { id: string } },
  ): Promise<never> {
    return this.refuse(call, {
      refused: 'credentials_wrong',
      outcome: 'overtaken',
      event,
      accountId: account.id,
    });
  }

  async refuse(
    call: RequestContext,
    { refused, event, details, outcome, accountId }: RefusedFactor,
  ): Promise<never> {
    await this.database.rows(auditRefusal(call, event, { outcome, accountId }));
    throw new AuthError(refused, details);
  }
}

type Refusal = Pick<RefusedFactor, 'refused' | 'outcome'>;

function refusalOf(account: KnownAccount, policy: EntryPolicy): Refusal | undefined {
  const { disabled, unproven, orgId } = policy;
  if (orgId !== undefined && orgId !== account.org_id)
    return { refused: 'credentials_wrong', outcome: 'other_organisation' };
  if (account.disabled_at) return { refused: disabled, outcome: 'disabled' };
  if (unproven && !account.activated_at) return { refused: unproven, outcome: 'not_activated' };
  const reachable = !policy.reachable || isReachable(account);
  return reachable ? undefined : { refused: 'address_missing', outcome: 'no_address' };
}

function isReachable({ second_factor, email, phone }: KnownAccount): boolean {
  return Boolean({ none: true, totp: true, email, sms: phone }[second_factor]);
}
