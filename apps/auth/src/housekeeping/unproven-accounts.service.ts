import { Injectable } from '@nestjs/common';
import { deleteUnproven, lockedAccounts, unprovenAccounts } from '@app/accounts';
import { dropBudgets } from '@app/attempts';
import { Config } from '@app/config';
import { Database, sql, type Sql, statement, StatementError } from '@app/database';
import { plusSeconds } from '@app/kernel';
import { isUnused, lockedSessions } from '@app/sessions';

/** Accounts that somebody registered, nobody has proven to own, and nobody uses: with them goes the address that they keep. */
@Injectable()
export class UnprovenAccounts {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * Deletes a batch; answers how many. Whoever proves or uses one at this moment holds its row: they are waited for, and what they
   * did is seen by the statement that deletes.
   */
  async purge(now: Date, batch: number): Promise<number> {
    const before = plusSeconds(now, -this.config.unprovenAccountSeconds);
    const unused = isUnused(now, before);
    const found = await this.database.rows<{ id: string }>(unprovenAccounts(before, unused, batch));
    const ids = found.map(({ id }) => id);
    if (ids.length) await this.deleteAll(ids, before, unused);
    return ids.length;
  }

  /** Where one of them cannot be deleted, each is tried by itself: it must not keep the others, nor what it is that is wrong. */
  private async deleteAll(ids: string[], before: Date, unused: Sql): Promise<void> {
    try {
      await this.delete(ids, before, unused);
    } catch (error) {
      if (!(error instanceof StatementError) || ids.length === 1) throw error;
      const tries = [];
      for (const id of ids) tries.push(...(await Promise.allSettled([this.delete([id], before, unused)])));
      const failed = tries.filter((each) => each.status === 'rejected');
      if (failed.length) throw failed[0]?.reason;
    }
  }

  private async delete(ids: string[], before: Date, unused: Sql): Promise<void> {
    const accounts = lockedAccounts(ids);
    // Counted, because all have to be locked.
    const lock = sql`
      SELECT (SELECT count(*) FROM ${accounts}) AS accounts, (SELECT count(*) FROM ${lockedSessions(accounts)}) AS sessions`;
    const deleted = deleteUnproven(ids, before, unused);
    await this.database.rowsUnderLock(lock, statement(deleted, dropBudgets(deleted)));
  }
}
