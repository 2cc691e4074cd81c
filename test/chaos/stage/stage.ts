import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, type Outage } from '../journal.js';
import { MailServer } from './mail-server.js';
import { ChaosPostgres } from './postgres.js';
import { Replica } from './replica.js';

const REPLICAS = 3;
/** Small enough to be reached in half a minute. */
export const LIMITS = { guesses: 20, sends: 6, requests: 60, windowSeconds: 60 };

/** Three processes of the service, their Postgres and their mail server. */
export class Stage {
  readonly journal = new Journal();
  readonly outages: Outage[] = [];
  readonly replicas: Replica[];
  /** Key ring: the first one signs. */
  ring = [key(1)];
  private readonly folder = mkdtempSync(join(tmpdir(), 'countersign-chaos-home-'));

  private constructor(
    readonly postgres: ChaosPostgres,
    readonly mails: MailServer,
    private readonly note: (line: string) => void,
  ) {
    const numbers = Array.from({ length: REPLICAS }, (_, number) => number);
    this.replicas = numbers.map((number) => new Replica(number, () => this.environment));
  }

  static async start(note: (line: string) => void): Promise<Stage> {
    const stage = new Stage(await ChaosPostgres.start(), await MailServer.start(), note);
    await stage.replicas[0]?.start();
    await Promise.all(stage.replicas.slice(1).map((each) => each.start()));
    return stage;
  }

  /** What a process of the service, or a command, is given. */
  get environment(): Record<string, string> {
    return {
      HOME: process.env['HOME'] ?? '/',
      NODE_ENV: 'development',
      LOG_LEVEL: 'warn',
      PORT: '0',
      PUBLIC_URL: 'http://localhost:3000',
      DATA_DIR: this.folder,
      DATABASE_URL: this.postgres.url,
      COUNTERSIGN_KEYS: this.ring.join(),
      SMTP_URL: this.mails.url,
      TRUSTED_PROXIES: '127.0.0.1',
      RESEND_SECONDS: '1',
      RESEND_HOURLY_LIMIT: String(LIMITS.sends),
      ACCOUNT_WRONG_CODES_LIMIT: String(LIMITS.guesses),
      YAT_REQUESTS_PER_MINUTE_LIMIT: String(LIMITS.requests),
      REFRESH_GRACE_SECONDS: '60',
      OUTBOX_LEASE_SECONDS: '30',
    };
  }

  /** Puts a new key in front of the ring; whoever starts from now on has it. */
  addKey(): void {
    this.ring = [key(this.ring.length + 1), ...this.ring];
  }

  /** Notes how long something was away. */
  readonly during = async (outage: Omit<Outage, 'from' | 'to'>, work: () => Promise<void>): Promise<void> => {
    const noted: Outage = { ...outage, from: Date.now(), to: Infinity };
    this.outages.push(noted);
    await work();
    noted.to = Date.now();
    const { what, how, replica = '' } = outage;
    this.note(`${what} ${replica} ${how}; ${this.journal.calls.length} calls so far`);
  };

  async stop(): Promise<void> {
    for (const each of this.replicas) each.signal('SIGCONT');
    await Promise.all(this.replicas.map((each) => each.end()));
    await this.mails.down();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function key(number: number): string {
  return `k${number}:${Buffer.alloc(32, number).toString('base64')}`;
}
