import { insertAccount, registerAccount } from '@app/accounts';
import { compile, statement, type Query } from '@app/database';
import { Ids, SystemClock, type RequestContext } from '@app/kernel';
import { hash } from '@node-rs/argon2';
import { Client } from 'pg';
import { ReceivedMailbox } from './received-mailbox.js';
import { RunningService } from './running-service.js';
import { SmtpReceiver } from './smtp-receiver.js';
import { PASSWORD, type Service } from './test-app.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** What every process of the service needs to be one of several on a database. */
export interface Shared {
  database: TestDatabase;
  mails: SmtpReceiver;
  environment: Record<string, string>;
}

export async function shared(changes: Record<string, string> = {}): Promise<Shared> {
  const database = await createTestDatabase();
  const mails = await SmtpReceiver.start();
  const environment = {
    DATABASE_URL: database.url,
    COUNTERSIGN_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
    SMTP_URL: mails.url(),
    NAVIXY_REQUESTS_PER_SECOND_LIMIT: '1000000',
    ...changes,
  };
  return { database, mails, environment };
}

/** Two processes of the service on one database, with the mails that either sends. */
export class TwoServices {
  private people = 0;
  private readonly ids = new Ids(new SystemClock(), 1023);
  private readonly verifiers = new Map<string, Promise<string>>();

  private constructor(
    /** Clients may call either. */
    readonly services: [Service, Service],
    private readonly parts: { shared: Shared; processes: RunningService[]; client: Client },
  ) {}

  static async start(changes: Record<string, string> = {}): Promise<TwoServices> {
    const common = await shared(changes);
    const mailbox = new ReceivedMailbox(common.mails);
    const start = () => RunningService.start(common.environment);
    const [one, other] = await Promise.all([start(), start()]);
    const client = new Client({ connectionString: common.database.url });
    await client.connect();
    const asService = ({ url }: RunningService): Service => ({ url, mailbox });
    return new TwoServices([asService(one), asService(other)], {
      shared: common,
      processes: [one, other],
      client,
    });
  }

  async stop(): Promise<void> {
    const { shared: common, processes, client } = this.parts;
    await client.end();
    await Promise.all(processes.map((each) => each.stop()));
    await common.mails.stop();
    await common.database.drop();
  }

  /** The address of a new account, as an operator makes it: at once, where a process for each would take a second. */
  async account(): Promise<string> {
    const { email, ...rest } = await this.beginning(PASSWORD);
    const account = { ...rest, email, secondFactor: 'none', language: 'en' } as const;
    await this.run(statement(insertAccount(this.call(), account)));
    return email;
  }

  /** The same of one that somebody has registered with this password, and nobody has proven to own. */
  async registered(password: string): Promise<string> {
    const { email, ...rest } = await this.beginning(password);
    await this.run(statement(registerAccount(this.call(), { ...rest, email })));
    return email;
  }

  private async beginning(password: string): Promise<{ id: string; email: string; passwordHash: string }> {
    this.people += 1;
    const verifier = this.verifiers.get(password) ?? verifierOf(password);
    this.verifiers.set(password, verifier);
    return { id: this.ids.next(), email: `person${this.people}@example.com`, passwordHash: await verifier };
  }

  private async run(query: Query): Promise<void> {
    const { text, values } = compile(query);
    await this.parts.client.query(text, values);
  }

  private call(): RequestContext {
    const client = { address: 'local', network: 'local', userAgent: 'test', requestId: 'test' };
    return { protocol: 'cli', client, now: new Date(), nextId: () => this.ids.next() };
  }
}

/** At the cost that the service has: a race needs the time that it takes to check one. */
async function verifierOf(password: string): Promise<string> {
  const verifier = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  return `${verifier} ${verifier}`;
}
