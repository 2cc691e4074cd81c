import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { StatementError } from '@app/database';
import { Outbox } from '@app/delivery';
import { Clock } from '@app/kernel';

/** Mail that has waited this long says that a mail server or a worker is gone. */
const STUCK_SECONDS = 120;

/** What the service cannot do its work without. */
@Injectable()
export class ReadinessIndicators {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async databaseAnswers(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    try {
      await this.outbox.writable();
      return indicator.up();
    } catch (error) {
      return indicator.down(whyNot(error));
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

/** By SQLSTATE where Postgres answered; an operator looks it up in PostgreSQL's appendix A. */
function whyNot(error: unknown): string {
  const { cause } = error as Error;
  return cause instanceof StatementError ? `refuses to write (SQLSTATE ${cause.code})` : 'out of reach';
}
