import { AccountsService } from '@app/administration';
import { PasswordHasher } from '@app/accounts';
import { Interleaving } from './interleaving.js';
import { CheapPasswords } from './model/cheap-passwords.js';
import { ORIGIN } from './software-authenticator.js';
import { TestApp } from './test-app.js';
import { until } from './until.js';
import { YatClient } from './yat-client.js';

export const SQUATTERS = 'squatters password 1';

const MANY = '100000';
/** Nobody is told to wait: the limits are not what is looked at. */
const UNLIMITED = {
  PUBLIC_URL: ORIGIN,
  RESEND_SECONDS: '1',
  NAVIXY_RESEND_SECONDS: '1',
  RESEND_HOURLY_LIMIT: '1000',
  DFNS_REQUESTS_PER_MINUTE_LIMIT: MANY,
  WACHT_REQUESTS_PER_MINUTE_LIMIT: MANY,
  WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: MANY,
  YAT_REQUESTS_PER_MINUTE_LIMIT: MANY,
  DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: MANY,
  NAVIXY_REQUESTS_PER_SECOND_LIMIT: MANY,
};

/** Where calls at the account of somebody new meet, in an order that the test gives. */
export class Meetings {
  private people = 0;

  private constructor(
    readonly app: TestApp,
    readonly order: Interleaving,
  ) {}

  static async start(): Promise<Meetings> {
    const app = await TestApp.start(UNLIMITED, undefined, (module) =>
      module.overrideProvider(PasswordHasher).useClass(CheapPasswords),
    );
    const order = await Interleaving.of(app.databaseUrl);
    // The first new password starts the thread that judges them, which on a busy machine takes longer than a lock is waited for.
    const first = { email: 'first@example.com', password: SQUATTERS };
    await until(
      async () => (await new YatClient(app).post('/users', first)).status < 300,
      'a judge of passwords',
    );
    return new Meetings(app, order);
  }

  async stop(): Promise<void> {
    await this.order.end();
    await this.app.stop();
  }

  freshEmail(): string {
    return `meets${(this.people += 1)}@example.com`;
  }

  /** Somebody new; with a phone where the mailbox is the second factor, so that the password can be reset. */
  async person(secondFactor: 'none' | 'email' = 'none'): Promise<string> {
    const email = this.freshEmail();
    const phone = secondFactor === 'none' ? undefined : `+49151${String(this.people).padStart(8, '0')}`;
    await this.app.createAccount({ email, secondFactor, phone });
    return email;
  }

  async idOf(email: string): Promise<string> {
    return (await this.app.nest.get(AccountsService).find(email)).id;
  }

  /** Beyond the wait between two messages. */
  tick(): void {
    this.app.clock.advanceSeconds(2);
  }
}

/** Of what was called over HTTP; what an operator does throws where it fails. */
export const statusOf = (answer: unknown) => (answer as { status?: number } | undefined)?.status ?? 200;
