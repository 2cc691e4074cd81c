import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  type AccountRequest,
  AccountsService,
  type CreatedAccount,
  type InvitationRequest,
  type MailedKey,
  MailedKeysService,
  type ServiceKeyRequest,
  ServiceKeysService,
} from '@app/administration';
import { AccountsModule, PasswordHasher } from '@app/accounts';
import { readConfig } from '@app/config';
import { AttemptsModule } from '@app/attempts';
import { Database, type Sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { Clock, Ids, type RequestContext } from '@app/kernel';
import { OwnerNotices } from '@app/sign-in';
import { AppModule } from '../../apps/auth/src/app.module.js';
import { configureApp } from '../../apps/auth/src/configure-app.js';
import { FastExpressAdapter } from '../../apps/auth/src/http/fast-express-adapter.js';
import { RememberedPasswords } from './remembered-passwords.js';
import { Given } from './given.js';
import type { MailboxReader } from './mailbox-reader.js';
import { TestClock } from './test-clock.js';
import { createTestDatabase } from './test-database.js';
import { TestMailbox } from './test-mailbox.js';

/** The service of the product, but that it hashes a password that it has hashed before no second time. */
const CHEAP_ACCOUNTS = Symbol('accounts');

export const PASSWORD = 'correct horse battery';

/** A service that clients can call, in this process or in another, and the mails that it sends. */
export interface Service {
  url: string;
  mailbox: MailboxReader<{ text: string }>;
}

/** The real service over HTTP, on a database of its own, with a clock that the test moves. */
export class TestApp {
  readonly clock: TestClock;
  readonly mailbox: TestMailbox;
  readonly given = new Given(this);

  private constructor(
    readonly nest: NestExpressApplication,
    readonly url: string,
    readonly databaseUrl: string,
    private readonly drop: () => Promise<void>,
  ) {
    this.clock = nest.get<TestClock>(Clock);
    this.mailbox = new TestMailbox(nest);
  }

  /**
   * `environment`: variables that differ from the defaults, and `limits: 'off'` where no number of requests is too many; `replicaOf`: an app to share database and clock with; `replace`: what else
   * than the clock is not the real thing.
   */
  static async start(
    { limits, ...environment }: Record<string, string> = {},
    replicaOf?: TestApp,
    replace: (module: TestingModuleBuilder) => TestingModuleBuilder = (module) => module,
  ): Promise<TestApp> {
    const database = replicaOf
      ? { url: replicaOf.databaseUrl, drop: async () => {} }
      : await createTestDatabase();
    const config = readConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      COUNTERSIGN_KEYS: KEYS,
      PORT: '0',
      ...AMPLE_SENDS,
      ...(limits === 'off' && NO_LIMITS),
      ...environment,
    });
    const builder = Test.createTestingModule({
      imports: [AppModule.forRoot(config, database.url), AccountsModule, AttemptsModule],
      providers: [
        OwnerNotices,
        { provide: CHEAP_ACCOUNTS, useClass: AccountsService },
        { provide: PasswordHasher, useClass: RememberedPasswords },
      ],
    })
      .overrideProvider(Clock)
      .useValue(replicaOf?.clock ?? new TestClock());
    const module = await replace(builder).compile();
    const nest = module.createNestApplication<NestExpressApplication>(new FastExpressAdapter(), {
      bodyParser: false,
    });
    configureApp(nest, config);
    await nest.listen(0, '127.0.0.1').catch(async (error: unknown) => {
      await nest.close();
      throw error;
    });
    const { port } = nest.getHttpServer().address() as AddressInfo;
    replicaOf?.mailbox.join(nest);
    return new TestApp(nest, `http://127.0.0.1:${port}`, database.url, () => database.drop());
  }

  async stop(): Promise<void> {
    const server = this.nest.getHttpServer();
    server.closeAllConnections();
    await this.nest.close();
    if (server.listening) await once(server, 'close');
    await this.drop();
  }

  /** What an operator's `account create` does. */
  async createAccount(request: Partial<AccountRequest> = {}): Promise<CreatedAccount> {
    const accounts = this.nest.get<AccountsService>(CHEAP_ACCOUNTS);
    return accounts.create(this.operatorCall(), { password: PASSWORD, secondFactor: 'email', ...request });
  }

  /** What an operator's `account invite` does; answers the key as well, as it stands in the mail. */
  async invite(request: Partial<InvitationRequest> & { email: string }): Promise<SentKey> {
    const keys = this.nest.get(MailedKeysService);
    return this.mailed(request.email, () =>
      keys.invite(this.operatorCall(), { secondFactor: 'none', ...request }),
    );
  }

  /** What an operator's `account mail-key` does. */
  async mailKey(email: string): Promise<SentKey> {
    const account = await this.nest.get(AccountsService).find(email);
    return this.mailed(email, () => this.nest.get(MailedKeysService).send(this.operatorCall(), account));
  }

  /** What an operator's `keys service create` does; answers the key. */
  async serviceKey(request: Partial<ServiceKeyRequest> = {}): Promise<string> {
    const call = this.operatorCall();
    const wanted = { name: `service-${call.nextId()}`, scopes: ['introspect'], lifeSeconds: 3600 } as const;
    const made = { ...wanted, scopes: [...wanted.scopes], ...request };
    return (await this.nest.get(ServiceKeysService).create(call, made)).key;
  }

  /** A call of an operator, for what the command line does. */
  operatorCall(): RequestContext {
    const ids = this.nest.get(Ids);
    const client = { address: 'local', network: 'local', userAgent: 'test', requestId: 'test' };
    return { protocol: 'cli', client, now: this.clock.now(), nextId: () => ids.next() };
  }

  private async mailed(email: string, send: () => Promise<MailedKey>): Promise<SentKey> {
    const { answer, found } = await this.mailbox.sentBy(email, /https?:\S+key=\S+/, async () => {
      const sent = await send();
      this.nest.get(Outbox).wake();
      return sent;
    });
    const link = new URL(found);
    return { ...answer, link, key: link.searchParams.get('key') as string };
  }

  /** Rows straight from the database. */
  async rows<Row extends object>(query: Sql): Promise<Row[]> {
    return this.nest.get(Database).rows<Row>(query);
  }
}

/** A mailed key, with its secret and its link. */
export type SentKey = MailedKey & { key: string; link: URL };

/** More than the clocks of the tests have hours for; what is left empty has the product's own limit. */
export const AMPLE_SENDS = {
  RECIPIENT_HOURLY_LIMIT: '100',
  RECIPIENT_DAILY_LIMIT: '1000',
  RECIPIENT_OWNER_HOURLY_LIMIT: '100',
  RECIPIENT_OWNER_DAILY_LIMIT: '1000',
  NETWORK_MAILS_HOURLY_LIMIT: '1000000',
  NETWORK_TEXTS_HOURLY_LIMIT: '10000',
};

const MANY = '1000000';
const NO_LIMITS = {
  NAVIXY_REQUESTS_PER_SECOND_LIMIT: MANY,
  DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: MANY,
  WACHT_REQUESTS_PER_MINUTE_LIMIT: MANY,
  WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: MANY,
  YAT_REQUESTS_PER_MINUTE_LIMIT: MANY,
  DFNS_REQUESTS_PER_MINUTE_LIMIT: MANY,
  SERVICE_REQUESTS_PER_SECOND_LIMIT: MANY,
  FORWARD_AUTH_REQUESTS_PER_SECOND_LIMIT: MANY,
  CONSOLE_REQUESTS_PER_MINUTE_LIMIT: MANY,
  ADMIN_REQUESTS_PER_MINUTE_LIMIT: MANY,
};
const KEYS = `t1:${Buffer.alloc(32, 7).toString('base64')}`;
