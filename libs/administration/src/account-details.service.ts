import { Injectable } from '@nestjs/common';
import { changeDetails, lockAccount, type AccountDetails, type AccountEntity } from '@app/accounts';
import { Database } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { OperatorError } from './operator-error.js';
import { recorded } from './recorded.js';

/** Whose an account is and how its owner is called: what can be changed without ending anything. */
@Injectable()
export class AccountDetailsService {
  constructor(private readonly database: Database) {}

  /**
   * Changes what is given and leaves the rest, so that of two operators who change two things each has theirs.
   * `isUnchanged`: only while it is as it was read.
   *
   * @throws OperatorError `precondition_failed` when it is not any more
   */
  async change(
    call: RequestContext,
    { id, updatedAt }: AccountEntity,
    details: AccountDetails,
    { isUnchanged = false } = {},
  ): Promise<void> {
    const changed = changeDetails(call, id, details, isUnchanged ? updatedAt : undefined);
    const [row] = await this.database.rowsUnderLock(
      lockAccount(id),
      recorded(call, 'account.details', changed),
    );
    if (!row) throw new OperatorError('The account has been changed meanwhile.', 'precondition_failed');
  }
}
