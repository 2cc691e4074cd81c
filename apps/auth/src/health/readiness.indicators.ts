import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Database, sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { Clock } from '@app/kernel';

/** Mail that has waited this long says that a mail server or a worker is gone. */
const STUCK_SECONDS = 120;

/** What the service cannot do its work without. */
@Injectable()
export class ReadinessIndicators {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async databaseAnswers(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    try {
      await this.database.rows(sql`SELECT 1`);
      return indicator.up();
    } catch {
      return indicator.down('out of reach');
    }
  }

  /** A stuck queue is reported and does not take the replica out: sending it no requests would mend nothing. */
  async queueMoves(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('queue');
    try {
      const backlog = await this.outbox.backlog(this.clock.now());
      return indicator.up({ ...backlog, stuck: backlog.oldestSeconds > STUCK_SECONDS });
    } catch {
      return indicator.down('out of reach');
    }
  }
}
