import { Injectable } from '@nestjs/common';
import { AccountDeletion, OperatorError, type Asked } from '@app/administration';
import type { RequestContext } from '@app/kernel';
import { AdminAccountsService } from './admin-accounts.service.js';

/** People whom an operator's program lets go. */
@Injectable()
export class AdminDeletionService {
  constructor(
    private readonly accounts: AdminAccountsService,
    private readonly deletion: AccountDeletion,
  ) {}

  /** When it will be deleted; said twice, it is as if said once. */
  async ask(call: RequestContext, reference: string): Promise<Asked> {
    const account = await this.accounts.find(reference);
    const asked = await this.deletion.ask(call, account.id);
    return asked ?? { dueAt: account.deletionDueAt ?? call.now, sessionsEnded: 0 };
  }

  /** @throws AuthError `conflict` when it is not to be deleted */
  async restore(call: RequestContext, reference: string): Promise<void> {
    const { id } = await this.accounts.find(reference);
    if (!(await this.deletion.restore(call, id)))
      throw new OperatorError('The account is not to be deleted.');
  }
}
