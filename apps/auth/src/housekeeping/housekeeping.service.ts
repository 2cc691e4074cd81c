import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { withAdvisoryLock } from '@app/database';
import { AuthError, Clock } from '@app/kernel';
import { DataSource } from 'typeorm';
import { HousekeepingMetrics } from '../metrics/housekeeping-metrics.js';
import { BATCH, Duties, type Duty } from './duties.js';

const EVERY_MS = 60_000;
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
    private readonly dataSource: DataSource,
    private readonly duties: Duties,
    private readonly metrics: HousekeepingMetrics,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    for (const duty of Object.keys(this.duties.at(this.clock.now()))) this.metrics.announce(duty);
  }

  @Interval(EVERY_MS)
  async tidyUp(): Promise<void> {
    for (const [duty, take] of Object.entries(this.duties.at(this.clock.now()))) {
      await withAdvisoryLock(this.dataSource, 'countersign.housekeeping', () => this.turn(duty, take)).catch(
        (error: unknown) => this.report(duty, error),
      );
    }
  }

  /** One duty to its end. It never fails: what stops one leaves the others theirs. */
  private async turn(duty: string, take: Duty): Promise<void> {
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
}
