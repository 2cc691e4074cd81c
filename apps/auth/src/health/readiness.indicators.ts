import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Database, StatementError } from '@app/database';
import { Outbox, type Backlog } from '@app/delivery';
import { briefly, Clock } from '@app/kernel';
import { ServerKeys } from '@app/server-keys';
import { LimitsStorage } from '@app/throttle';

/** Mail that has waited this long says that a mail server or a worker is gone. */
const STUCK_SECONDS = 120;

/** What the service cannot do its work without. */
@Injectable()
export class ReadinessIndicators {
  /** Any number of load balancers and watchers ask: the database answers them once in a second. */
  private readonly backlog: () => Promise<Backlog>;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly serverKeys: ServerKeys,
    outbox: Outbox,
    clock: Clock,
    private readonly database: Database,
    private readonly limits: LimitsStorage,
  ) {
    this.backlog = briefly(() => outbox.writableBacklog(clock.now()));
  }

  async databaseAnswers(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    try {
      await this.backlog();
      return this.database.isShort
        ? indicator.down('is short of disk, memory or connections')
        : indicator.up();
    } catch (error) {
      return indicator.down(whyNot(error));
    }
  }

  /** A replica without the key that makes takes right codes of the others for wrong. */
  keysAreThere(): HealthIndicatorResult {
    const indicator = this.indicators.check('keys');
    const { lacks } = this.serverKeys;
    return lacks ? indicator.down(`COUNTERSIGN_KEYS lacks ${lacks}, the key that makes`) : indicator.up();
  }

  /** Nobody is answered where nobody can be counted. Nothing is said of them where the database counts. */
  async limitsCount(): Promise<HealthIndicatorResult> {
    const answers = await this.limits.answers();
    if (answers === undefined) return {};
    const indicator = this.indicators.check('limits');
    return answers ? indicator.up() : indicator.down('LIMITS_REDIS_URL is out of reach');
  }

  /** A stuck queue is reported and does not take the replica out: sending it no requests would mend nothing. */
  async queueMoves(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('queue');
    try {
      const backlog = await this.backlog();
      return indicator.up({ ...backlog, stuck: backlog.oldestSeconds > STUCK_SECONDS });
    } catch (error) {
      return indicator.down(whyNot(error));
    }
  }
}

/** By SQLSTATE where Postgres answered; an operator looks it up in PostgreSQL's appendix A. */
function whyNot(error: unknown): string {
  const { cause } = error as Error;
  return cause instanceof StatementError ? `refuses to write (SQLSTATE ${cause.code})` : 'out of reach';
}
