import { Injectable } from '@nestjs/common';
import {
  askDeletion,
  deleteDue,
  dueForDeletion,
  lockAccount,
  lockedDue,
  ofAccount,
  PasswordCheck,
  restoreAccount,
  type AskedDeletion,
  type OfAccount,
} from '@app/accounts';
import { AttemptsRepository, dropBudgets, dropSendWindows, lockedBudgets, MAILED_KEYS } from '@app/attempts';
import { audit, forgetStreamedTraces, forgetTraces, recordedAs } from '@app/audit';
import { Config } from '@app/config';
import {
  after,
  Database,
  type Effect,
  of,
  ofOne,
  type Part,
  sql,
  type Statement,
  statement,
} from '@app/database';
import { dropMessages, lockedMessages } from '@app/delivery';
import { isOfOperator, ownClient, plusSeconds, type RequestContext } from '@app/kernel';
import { dropSignUps, liveAmong, lockedSessions } from '@app/sessions';
import { endedBy, OwnerNotices } from '@app/sign-in';

/** An account that is to be deleted from now on. */
export interface Asked {
  /** When it will be; not after now: it is. */
  dueAt: Date;
  /** How many live sessions ended. */
  sessionsEnded: number;
}

/** Whether it is open again, or was disabled before and stays so. */
export type Restored = 'open' | 'disabled';

/**
 * Lets people go. Whoever asks, an account is shut first, in one statement, and deleted when its time has come, in another: at once where
 * there is no delay. A process that dies between the two leaves it shut, and housekeeping goes on.
 */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordCheck,
    private readonly attempts: AttemptsRepository,
    private readonly notices: OwnerNotices,
    private readonly config: Config,
  ) {}

  /** As an operator asks for it, with another delay than the configured one. Undefined: it is to be deleted as early already. */
  async ask(
    call: RequestContext,
    accountId: string,
    delaySeconds = this.config.deletion.delaySeconds,
  ): Promise<Asked | undefined> {
    const { asked, live, effects } = this.asking(call, ofAccount(accountId), delaySeconds);
    const query = statement<{ due_at: Date | null; sessions: number }>(
      { due_at: of(asked, 'deletion_due_at'), sessions: ofOne(live, 'sessions') },
      ...effects,
    );
    const [row] = await this.database.rowsUnderLock(lockAccount(accountId), query);
    if (!row?.due_at) return undefined;
    await this.finish(call, accountId, delaySeconds);
    return { dueAt: row.due_at, sessionsEnded: row.sessions };
  }

  /** What asking does to the account in part `from`, which is held alone, as parts of the statement that decides about it. */
  asking(
    call: RequestContext,
    from: Part<OfAccount>,
    delaySeconds = this.config.deletion.delaySeconds,
  ): { asked: Part<AskedDeletion>; live: Part<{ sessions: number }>; effects: Effect[] } {
    const dueAt = plusSeconds(call.now, delaySeconds);
    const asked = askDeletion(call, from, dueAt);
    const { ended, effects } = endedBy('deletion_asked', call, asked);
    const keys = this.attempts.spendLinks(call, MAILED_KEYS, undefined, asked);
    const facts = { dueAt: dueAt.toISOString() };
    const told = delaySeconds ? this.notices.tell(call, asked, { template: 'account_deleting', facts }) : [];
    const audited = audit(call, 'account.delete', recordedAs('asked', asked, { session: false }));
    return { asked, live: liveAmong(call, ended), effects: [...effects, keys, ...told, audited] };
  }

  /**
   * Where there is no delay: deletes what has just been asked for. By itself and not at the call of its owner: the record of it must not
   * have the traces that it takes away.
   */
  async finish(
    call: RequestContext,
    accountId: string,
    delaySeconds = this.config.deletion.delaySeconds,
  ): Promise<void> {
    if (delaySeconds === 0)
      await this.delete(isOfOperator(call.protocol) ? call : { ...call, client: ownClient() }, accountId);
  }

  /** Undefined: it is not to be deleted. */
  async restore(call: RequestContext, accountId: string): Promise<Restored | undefined> {
    const restored = restoreAccount(call, ofAccount(accountId));
    const audited = audit(call, 'account.restore', recordedAs('done', restored, { session: false }));
    const row = await this.database.row(statement(restored, audited));
    return row && (row.disabled_at ? 'disabled' : 'open');
  }

  /** Deletes a batch of those whose time has come; answers how many. One that cannot be deleted does not keep the others. */
  async purge(call: RequestContext, batch: number): Promise<number> {
    const due = await this.database.rows<{ id: string }>(dueForDeletion(call.now, batch));
    const failures: unknown[] = [];
    for (const { id } of due) await this.delete(call, id).catch((error: unknown) => failures.push(error));
    if (failures.length) throw failures[0];
    return due.length;
  }

  /** Whoever restores it or uses it at this moment holds its row: they are waited for, and what they did is seen. */
  private async delete(call: RequestContext, id: string): Promise<void> {
    const account = lockedDue(id, call.now, after(lockedMessages(id)));
    const held = { account, sessions: lockedSessions(account), budgets: lockedBudgets(account) };
    // Counted, because all have to be locked; in this order, as everywhere.
    const lock = sql`
      SELECT (SELECT count(*) FROM ${held.account}) AS accounts, (SELECT count(*) FROM ${held.sessions}) AS sessions,
        (SELECT count(*) FROM ${held.budgets}) AS budgets`;
    await this.database.rowsUnderLock(lock, this.deletion(call, id));
  }

  /** The one statement: what refers to the account goes with its row, and what only mentions it by itself. */
  private deletion(call: RequestContext, id: string): Statement {
    const deleted = deleteDue(id, call.now);
    const traces = forgetTraces(id, deleted);
    const verdict = recordedAs('deleted', deleted, { session: false });
    return statement(
      verdict,
      dropSignUps(deleted),
      dropBudgets(deleted),
      dropSendWindows(deleted),
      this.passwords.forgiveEverywhere(deleted),
      dropMessages(deleted),
      forgetStreamedTraces(traces),
      ...this.notices.tell(call, deleted, { template: 'account_deleted', facts: {}, last: true }),
      audit(call, 'account.delete', verdict),
    );
  }
}
