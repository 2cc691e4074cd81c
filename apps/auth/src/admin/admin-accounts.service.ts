import { Injectable } from '@nestjs/common';
import type { AccountDetails, AccountEntity, ExternalIdentityEntity } from '@app/accounts';
import {
  AccountDetailsService,
  AccountsService,
  AccountStateService,
  IdentitiesService,
  OperatorError,
  ReadingsService,
  SessionsService,
  type AccountState,
} from '@app/administration';
import type { RequestContext } from '@app/kernel';
import type { SessionEntity } from '@app/sessions';

export interface ShownAccount {
  account: AccountEntity;
  state: AccountState;
  identities: ExternalIdentityEntity[];
}

/** What programs ask of one account, which they name by its id or UUID. Each look at one is recorded. */
@Injectable()
export class AdminAccountsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly details: AccountDetailsService,
    private readonly states: AccountStateService,
    private readonly identities: IdentitiesService,
    private readonly sessions: SessionsService,
    private readonly readings: ReadingsService,
  ) {}

  /** @throws AuthError `not_found`, also for what is a name of an account and not its id */
  async find(reference: string): Promise<AccountEntity> {
    const account = await this.accounts.find(reference);
    if ([account.id, account.uuid].includes(reference.toLowerCase())) return account;
    throw new OperatorError(`No account has the id ${reference}.`, 'not_found');
  }

  async show(call: RequestContext, reference: string): Promise<ShownAccount> {
    const account = await this.find(reference);
    await this.readings.record(call, 'account', account.id);
    return this.shown(call, account);
  }

  /**
   * `matches`: whether the account is as who changes it has seen it; absent: it does not matter.
   *
   * @throws AuthError `precondition_failed`
   */
  async change(
    call: RequestContext,
    reference: string,
    details: AccountDetails,
    matches?: (account: AccountEntity) => boolean,
  ): Promise<ShownAccount> {
    const account = await this.find(reference);
    if (matches && !matches(account))
      throw new OperatorError('The account has been changed meanwhile.', 'precondition_failed');
    if (Object.values(details).some((value) => value !== undefined))
      await this.details.change(call, account, details, { isUnchanged: matches !== undefined });
    return this.shown(call, await this.find(account.id));
  }

  async disable(call: RequestContext, reference: string): Promise<number> {
    return this.accounts.disable(call, await this.find(reference));
  }

  async enable(call: RequestContext, reference: string): Promise<void> {
    await this.accounts.enable(call, await this.find(reference));
  }

  async unlock(call: RequestContext, reference: string): Promise<void> {
    await this.states.unlock(call, await this.find(reference));
  }

  /** @throws AuthError `not_found` when none waits */
  async stopRecovery(call: RequestContext, reference: string): Promise<void> {
    const account = await this.find(reference);
    if (await this.states.stopRecovery(call, account)) return;
    throw new OperatorError('No recovery of this account waits for its time.', 'not_found');
  }

  async sessionsOf(call: RequestContext, reference: string): Promise<SessionEntity[]> {
    const account = await this.find(reference);
    await this.readings.record(call, 'sessions', account.id);
    return this.sessions.live(account, call.now);
  }

  async endSessions(call: RequestContext, reference: string): Promise<number> {
    return this.sessions.revokeAll(call, (await this.find(reference)).id);
  }

  /** @throws AuthError `not_found` unless it is a live session of this account */
  async endSession(call: RequestContext, reference: string, sessionId: string): Promise<void> {
    const account = await this.find(reference);
    const live = await this.sessions.live(account, call.now);
    const isTheirs = live.some(({ id }) => id === sessionId);
    if (isTheirs && (await this.sessions.revoke(call, sessionId))) return;
    throw new OperatorError('The account has no such live session.', 'not_found');
  }

  private async shown({ now }: RequestContext, account: AccountEntity): Promise<ShownAccount> {
    const state = await this.states.of(account, now);
    return { account, state, identities: await this.identities.of(account.id) };
  }
}
