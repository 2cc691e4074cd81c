import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';

/** How one duty went at one turn. */
export interface Turn {
  rows: number;
  seconds: number;
  /** When it ended; null when it failed. */
  doneAt: Date | null;
}

/** What housekeeping did, by duty. One replica is at a duty at a time: those of all replicas together tell whether it is done. */
@Injectable()
export class HousekeepingMetrics {
  private readonly rows: Counter;
  private readonly failures: Counter;
  private readonly seconds: Gauge;
  private readonly success: Gauge;

  constructor(registry: Registry) {
    const of = (name: string, help: string) => ({
      name: `countersign_housekeeping_${name}`,
      help,
      labelNames: ['duty'],
      registers: [registry],
    });
    this.rows = new Counter(of('rows_total', 'Rows that a duty has taken.'));
    this.failures = new Counter(of('failures_total', 'Turns of a duty that failed.'));
    this.seconds = new Gauge(of('duration_seconds', 'How long the last turn of a duty took.'));
    this.success = new Gauge(
      of('last_success_timestamp_seconds', 'When a duty was last done by this replica.'),
    );
  }

  /** Has the duty there from the start: an alert on what has never happened needs something to look at. */
  announce(duty: string): void {
    this.rows.labels(duty).inc(0);
    this.failures.labels(duty).inc(0);
  }

  note(duty: string, { rows, seconds, doneAt }: Turn): void {
    this.rows.labels(duty).inc(rows);
    this.seconds.labels(duty).set(seconds);
    if (doneAt) this.success.labels(duty).set(doneAt.getTime() / 1000);
    else this.failures.labels(duty).inc();
  }
}
