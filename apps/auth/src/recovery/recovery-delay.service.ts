import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { lockAccount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, type Statement, statementOf } from '@app/database';
import { AuthError, type Call } from '@app/kernel';
import { OwnCalls } from './own-calls.js';
import { RecoveryEffects } from './recovery-effects.js';

const EVERY_MS = 5000;
const BATCH = 100;

interface Due {
  id: string;
  account_id: string;
  protocol: string;
}

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
  async stop(call: Call, token: string): Promise<boolean> {
    const parts: Parts = {
      ...this.attempts.redeemLink(call, 'recovery_stop', token),
      stopped: sql`
        UPDATE pending_recoveries p SET ended_at = ${call.now}::timestamptz, end_reason = 'stopped' FROM verdict v
        WHERE v.outcome = 'redeemed' AND p.account_id = v.account_id AND p.ended_at IS NULL AND p.due_at > ${call.now}::timestamptz
        RETURNING p.id`,
      audited: audit(call, 'recovery.stop', 'verdict'),
    };
    return (await this.database.rows(statementOf(parts, sql`SELECT id FROM stopped`))).length > 0;
  }

  @Interval(EVERY_MS)
  async completeDue(): Promise<void> {
    try {
      const { now } = this.calls.of('');
      const due = await this.database.rows<Due>(sql`
        SELECT id::text AS id, account_id::text AS account_id, protocol FROM pending_recoveries
        WHERE ended_at IS NULL AND due_at <= ${now}::timestamptz ORDER BY due_at LIMIT ${BATCH}::int`);
      for (const recovery of due)
        await this.complete(this.calls.of(recovery.protocol), recovery).catch(this.report);
      if (due.length) this.effects.wake();
    } catch (error) {
      this.report(error);
    }
  }

  /** The database is away or restarts, or one recovery cannot be done: what is due stays due. */
  private readonly report = (error: unknown): void => {
    if (!(error instanceof AuthError)) this.logger.error(error);
  };

  /** Of any number of replicas one does it: the row ends in the statement that does the rest. */
  private async complete(call: Call, { id, account_id }: Due): Promise<void> {
    await this.database.rowsUnderLock(lockAccount(account_id), this.decision(call, id));
  }

  private decision(call: Call, id: string): Statement {
    const parts: Parts = {
      due: sql`
        UPDATE pending_recoveries SET ended_at = ${call.now}::timestamptz, end_reason = 'completed'
        WHERE id = ${id}::bigint AND ended_at IS NULL RETURNING account_id, credentials, totp_sealed`,
      ...this.effects.complete(call, sql`(SELECT credentials FROM due)`, 'due'),
      verdict: sql`
        SELECT 'redeemed' AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM due`,
      audited: audit(call, 'recovery.complete', 'verdict'),
    };
    return statementOf(parts, sql`SELECT account_id FROM due`);
  }
}
