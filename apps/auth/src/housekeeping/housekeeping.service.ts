import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { purgeFactorSetups, purgePasswordFailures, purgeRecoveries } from '@app/accounts';
import { attemptPurges } from '@app/attempts';
import {
  dropAuditPartitions,
  makeAuditPartitions,
  purgeFormerAudit,
  purgeFormerRefusals,
  purgeStreamed,
} from '@app/audit';
import { Config } from '@app/config';
import { Database, type Query, withAdvisoryLock } from '@app/database';
import {
  purgeDeliveryEvents,
  purgeMessages,
  purgeRecipientSends,
  purgeSendCounts,
  TextsWatch,
} from '@app/delivery';
import { purgeIdempotentCalls } from '@app/idempotency';
import { AuthError, Clock, plusSeconds } from '@app/kernel';
import {
  purgeBrowserAttempts,
  purgeBrowserSessions,
  purgeEmptyBrowserSessions,
  purgeEndedSessions,
  purgeSessions,
  purgeSurplusSessions,
} from '@app/sessions';
import { PostgresThrottlerStorage } from '@app/throttle';
import { DataSource } from 'typeorm';
import { HousekeepingMetrics } from '../metrics/housekeeping-metrics.js';
import { UnprovenAccounts } from './unproven-accounts.service.js';

const EVERY_MS = 60_000;
const BATCH = 1000;
/** How long what has ended can still be explained. */
const KEPT_SECONDS = 7 * 86_400;
const SURPLUS_KEPT_SECONDS = 3600;

/**
 * Tidies up once a minute, in one replica at a time. Nothing depends on it: what is over is over without it.
 *
 * A duty goes on until nothing is left for it: a limit in a minute would let what is made faster than that grow for ever. A batch is a
 * statement of its own, so that no request waits long for one, and one that others hold is left for the next minute. A batch has a
 * thousand rows, and a request makes a handful with more work for each: it can only fall behind where the service cannot answer.
 */
@Injectable()
export class HousekeepingService implements OnModuleInit {
  private readonly logger = new Logger('Housekeeping');

  constructor(
    private readonly database: Database,
    private readonly dataSource: DataSource,
    private readonly limits: PostgresThrottlerStorage,
    private readonly unproven: UnprovenAccounts,
    private readonly texts: TextsWatch,
    private readonly metrics: HousekeepingMetrics,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    for (const duty of Object.keys(this.duties(this.clock.now()))) this.metrics.announce(duty);
  }

  @Interval(EVERY_MS)
  async tidyUp(): Promise<void> {
    for (const [duty, take] of Object.entries(this.duties(this.clock.now()))) {
      await withAdvisoryLock(this.dataSource, 'countersign.housekeeping', () => this.turn(duty, take)).catch(
        (error: unknown) => this.report(duty, error),
      );
    }
  }

  /** One duty to its end. It never fails: what stops one leaves the others theirs. */
  private async turn(duty: string, take: () => Promise<number>): Promise<void> {
    const begun = performance.now();
    let rows = 0;
    let doneAt: Date | null = null;
    try {
      for (let taken = BATCH; taken === BATCH; rows += taken) taken = await take();
      doneAt = this.clock.now();
    } catch (error) {
      this.report(duty, error);
    }
    this.metrics.note(duty, { rows, seconds: (performance.now() - begun) / 1000, doneAt });
  }

  /** The database is away or restarts, which is told elsewhere; the next minute comes. */
  private report(duty: string, error: unknown): void {
    if (error instanceof AuthError) return;
    const reason = error instanceof Error ? error : new Error(String(error));
    this.logger.error(reason, `${duty}: ${reason.stack}`);
  }

  /** Each by the name that its metrics have. */
  private duties(now: Date): Record<string, () => Promise<number>> {
    const keptBefore = plusSeconds(now, -this.config.audit.keptSeconds);
    const refusedBefore = plusSeconds(now, -this.config.audit.refusalsKeptSeconds);
    const kept = plusSeconds(now, -KEPT_SECONDS);
    const statements: Record<string, () => Query> = {
      attempts_expired: () => attemptPurges.expire(now, BATCH),
      attempts: () => attemptPurges.attempts(kept, BATCH),
      send_windows: () => attemptPurges.sendWindows(now, BATCH),
      guess_budgets: () => attemptPurges.strangersBudgets(now, BATCH),
      sessions: () => purgeSessions(kept, BATCH),
      sessions_ended: () => purgeEndedSessions(kept, BATCH),
      sessions_surplus: () => purgeSurplusSessions(plusSeconds(now, -SURPLUS_KEPT_SECONDS), BATCH),
      browser_attempts: () => purgeBrowserAttempts(kept, BATCH),
      browser_sessions: () => purgeBrowserSessions(kept, BATCH),
      browser_sessions_empty: () => purgeEmptyBrowserSessions(now, BATCH),
      password_failures: () => purgePasswordFailures(now, BATCH),
      factor_setups: () => purgeFactorSetups(now, BATCH),
      pending_recoveries: () => purgeRecoveries(kept, BATCH),
      messages: () => purgeMessages(kept, BATCH),
      delivery_events: () => purgeDeliveryEvents(kept, BATCH),
      recipient_sends: () => purgeRecipientSends(now, BATCH),
      send_counts: () => purgeSendCounts(now, BATCH),
      audit_former_refusals: () => purgeFormerRefusals(refusedBefore, BATCH),
      audit_former: () => purgeFormerAudit(keptBefore, BATCH),
      event_stream: () => purgeStreamed(kept, BATCH),
      audit_partitions_ahead: () => makeAuditPartitions(now),
      audit_partitions_over: () => dropAuditPartitions(keptBefore, refusedBefore),
      idempotent_calls: () => purgeIdempotentCalls(now, BATCH),
    };
    const purges = Object.entries(statements).map(
      ([duty, query]) => [duty, async () => (await this.database.rows(query())).length] as const,
    );
    return {
      texts_watch: () => this.texts.look(now).then(() => 0),
      ...Object.fromEntries(purges),
      unproven_accounts: () => this.unproven.purge(now, BATCH),
      request_limits: () => this.limits.purge(now, BATCH),
    };
  }
}
