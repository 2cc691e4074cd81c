import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig } from '@app/config';
import { Database, DatabaseModule, sql } from '@app/database';
import { DeliveryModule, enqueue, Outbox, type NewMessage } from '@app/delivery';
import { Clock, KeyRing, plusSeconds } from '@app/kernel';
import { Client } from 'pg';
import { dataSourceOptions } from '../../ormconfig.js';
import type { TestClock } from '../support/test-clock.js';

const LIFE_SECONDS = 300;
const KEYS = KeyRing.generateEntry('k1');
/** So long that nothing a test sees can be the poll's doing. */
const NEVER_POLLS = '60';

export interface MessageRow {
  state: string;
  tries: number;
  facts_sealed: string | null;
  last_error: string | null;
  next_try_at: Date;
  leased_until: Date | null;
  ended_at: Date | null;
  next_provider: string | null;
  provider: string | null;
  provider_id: string | null;
  hand_overs: { try: number; provider: string; outcome: string; answer: string }[];
}

interface Order {
  to?: string;
  channel?: NewMessage['channel'];
  language?: string;
  code?: string;
  lifeSeconds?: number;
  /** With one it is no notice. */
  attemptId?: string;
}

let ids = 0;

/** A process of the service as far as delivery goes: its modules, its own connections, its own worker. */
export class Replica {
  private constructor(
    readonly outbox: Outbox,
    readonly database: Database,
    private readonly keyRing: KeyRing,
    private readonly clock: TestClock,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(databaseUrl: string, clock: TestClock, env: Record<string, string>): Promise<Replica> {
    const config = readConfig({
      NODE_ENV: 'test',
      COUNTERSIGN_KEYS: KEYS,
      MAIL_FROM: 'Example <no-reply@example.com>',
      PUBLIC_URL: 'https://auth.example.com',
      OUTBOX_POLL_SECONDS: NEVER_POLLS,
      ...env,
    });
    const database = DatabaseModule.forRoot(() => dataSourceOptions(databaseUrl, 4));
    const modules = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), database, DeliveryModule],
    })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    const replica = new Replica(modules.get(Outbox), modules.get(Database), modules.get(KeyRing), clock, () =>
      modules.close(),
    );
    await replica.firstLook(() => modules.init());
    return replica;
  }

  /** Returns when the look that a worker takes as it starts is over: from then on it looks when woken, or polls. */
  private async firstLook(begin: () => Promise<unknown>): Promise<void> {
    const id = String(++ids);
    await this.database.rows(sql`
      INSERT INTO messages (id, channel, template, recipient, language, next_try_at, created_at, expires_at)
      SELECT ${id}::bigint, 'email', 'none', 'nobody', 'en', at, at, at FROM (SELECT ${this.clock.now()}::timestamptz AS at) t`);
    await begin();
    await this.settled(id, 'expired');
    await this.database.rows(sql`DELETE FROM messages WHERE id = ${id}::bigint`);
  }

  /** Queues a sign-in code the way a flow does, without waking anybody. Answers its id. */
  async queue({
    to = 'ann@example.com',
    channel = 'email',
    language = 'en',
    code = '493027',
    lifeSeconds = LIFE_SECONDS,
    attemptId,
  }: Order = {}): Promise<string> {
    const now = this.clock.now();
    const message: NewMessage = {
      id: String(++ids),
      channel,
      template: 'sign_in_code',
      facts: {
        code,
        lifeSeconds,
        requestedAt: now.toISOString(),
        clientAddress: '203.0.113.7',
        userAgent: 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0',
      },
      attemptId,
      expiresAt: plusSeconds(now, lifeSeconds),
    };
    const recipient = sql`SELECT ${to}::text AS address, ${language}::text AS language, NULL::bigint AS account_id`;
    await this.database.rows(enqueue(this.keyRing, message, now, recipient));
    return message.id;
  }

  /** Queues and wakes, as a flow does. */
  async send(order: Order = {}): Promise<string> {
    const id = await this.queue(order);
    this.outbox.wake();
    return id;
  }

  async message(id: string): Promise<MessageRow> {
    const row = await this.database.row<MessageRow>(sql`SELECT * FROM messages WHERE id = ${id}::bigint`);
    if (!row) throw new Error(`no message ${id}`);
    return row;
  }

  /** The row as soon as it is in one of these states. */
  async settled(id: string, ...states: string[]): Promise<MessageRow> {
    return eventually(async () => {
      const row = await this.message(id);
      expect(states).toContain(row.state);
      return row;
    });
  }

  /** The row as soon as its `tries`-th hand-over has failed. */
  async failed(id: string, tries: number): Promise<MessageRow> {
    return eventually(async () => {
      const row = await this.message(id);
      expect(row).toMatchObject({ tries, leased_until: null });
      return row;
    });
  }
}

/** Leaves nothing of one test to the next, on a connection of its own: the replicas have stopped. */
export async function emptyMessages(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('DELETE FROM messages');
  await client.end();
}

/** Asks again until the answer does not throw; the last complaint after ten seconds. */
export async function eventually<T>(ask: () => Promise<T> | T): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
