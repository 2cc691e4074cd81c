import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { FIRST } from '../scale/fill.js';

/** Between two statements of one client: people are not in a hurry, and the migration needs the processor too. */
const BETWEEN_MS = 5;

/** What the release before does to each large table all the time, on one row of the past. */
const WORK = {
  accounts: 'UPDATE accounts SET updated_at = updated_at WHERE id = $1',
  sessions: 'UPDATE sessions SET expires_at = expires_at WHERE id = $1',
  attempts: 'UPDATE attempts SET tries_left = tries_left WHERE id = $1',
  messages: 'UPDATE messages SET next_try_at = next_try_at WHERE id = $1',
  audit_events: `INSERT INTO audit_events (id, at, event, outcome, protocol, account_id)
    VALUES (nextval('rehearsal'), now(), 'code.verify', 'redeemed', 'navixy', $1)`,
};

/** One client that works at one table, and knows how long it had to wait. */
class Worker {
  private longest = 0;
  private since: number | undefined;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(
    readonly table: string,
    private readonly text: string,
    private readonly client: pg.Client,
    private readonly rows: number,
  ) {
    this.running = this.work();
  }

  /** Milliseconds of the longest statement since the last look, that which is still on its way among them. */
  look(): number {
    const now = performance.now();
    const longest = Math.max(this.longest, this.since === undefined ? 0 : now - this.since);
    this.longest = 0;
    return longest;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running.finally(() => this.client.end());
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      this.since = performance.now();
      await this.client.query(this.text, [FIRST + Math.floor(Math.random() * this.rows)]);
      this.longest = Math.max(this.longest, performance.now() - this.since);
      this.since = undefined;
      await pause(BETWEEN_MS);
    }
  }
}

/** Clients of the release before at work on every large table. */
export class Traffic {
  private constructor(private readonly workers: Worker[]) {}

  static async start(url: string, rows: number): Promise<Traffic> {
    const workers: Worker[] = [];
    for (const [table, text] of Object.entries(WORK)) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('CREATE SEQUENCE IF NOT EXISTS rehearsal START 4000000000');
      workers.push(new Worker(table, text, client, rows));
    }
    return new Traffic(workers);
  }

  /** Who has waited longest since the last look, and how long. */
  look(): { table: string; milliseconds: number } {
    const waits = this.workers.map((worker) => ({ table: worker.table, milliseconds: worker.look() }));
    return waits.reduce((longest, each) => (each.milliseconds > longest.milliseconds ? each : longest));
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}
