import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import {
  dueRecoveries,
  endRecoveries,
  lockAccount,
  ofAccount,
  stopRecovery,
  takeRecovery,
  type DueRecovery,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, recordedAs } from '@app/audit';
import { Database, sql, type Statement, statement, StatementError } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { OwnCalls } from './own-calls.js';
import { RecoveryEffects } from './recovery-effects.js';

const EVERY_MS = 5000;
const BATCH = 100;

/** Recoveries that wait: they are done when they are due, unless the owner stops them. */
@Injectable()
export class RecoveryDelayService {
  private readonly logger = new Logger('Recovery');

  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly effects: RecoveryEffects,
    private readonly calls: OwnCalls,
  ) {}

  /** The owner has a change of mind, or never wanted it. False: there is nothing (any more) to be stopped. */
  async stop(call: RequestContext, token: string): Promise<boolean> {
    const redemption = this.attempts.redeemLink(call, 'recovery_stop', token);
    const { verdict } = redemption;
    const stopped = stopRecovery(call, verdict);
    const audited = audit(call, 'recovery.stop', verdict);
    return (await this.database.rows(statement(stopped, redemption, audited))).length > 0;
  }

  @Interval(EVERY_MS)
  async completeDue(): Promise<void> {
    try {
      const { now } = this.calls.of('');
      const due = await this.database.rows(dueRecoveries(now, BATCH));
      for (const recovery of due)
        await this.complete(this.calls.of(recovery.protocol), recovery).catch(this.report);
    } catch (error) {
      this.report(error);
    }
  }

  /** The database is away or restarts, or one recovery cannot be done: what is due stays due. */
  private readonly report = (error: unknown): void => {
    if (!(error instanceof AuthError)) this.logger.error(error);
  };

  /** Of any number of replicas one does it: the row ends in the statement that does the rest. */
  private async complete(call: RequestContext, { id, account_id }: DueRecovery): Promise<void> {
    try {
      await this.database.rowsUnderLock(lockAccount(account_id), this.decision(call, id));
    } catch (error) {
      // One that cannot be done (its key has been taken by another account meanwhile) must not be tried for ever, in the way of others.
      if (error instanceof StatementError) await this.giveUp(call, account_id);
      throw error;
    }
  }

  private async giveUp(call: RequestContext, accountId: string): Promise<void> {
    const ended = endRecoveries(call, 'failed', ofAccount(accountId));
    const verdict = recordedAs('failed', ended, { session: false });
    await this.database.rows(statement(verdict, audit(call, 'recovery.complete', verdict)));
  }

  private decision(call: RequestContext, id: string): Statement {
    const { taken, refused } = takeRecovery(call, id);
    const verdict = recordedAs('redeemed', taken, { session: false });
    const keys = sql`(SELECT credentials FROM ${taken})`;
    // It was shown when the recovery was proven, so that no step of it is to be used up now.
    const totp = { sealed: sql`(SELECT totp_sealed FROM ${taken})`, step: 0 };
    const effects = this.effects.complete(call, keys, taken, totp, true);
    const turnedAway = audit(call, 'recovery.complete', recordedAs('disabled', refused, { session: false }));
    return statement(verdict, ...effects, audit(call, 'recovery.complete', verdict), turnedAway);
  }
}
