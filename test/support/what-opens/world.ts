import { RecoveryDelayService } from '../../../apps/auth/src/recovery/recovery-delay.service.js';
import { DfnsClient } from '../dfns-client.js';
import { AT_HOME, DfnsPeople } from '../dfns-people.js';
import { DocspaceClient } from '../docspace-client.js';
import { IdentityProviderServer } from '../identity-provider.js';
import { NavixyClient } from '../navixy-client.js';
import { TestApp } from '../test-app.js';
import { TestCli } from '../test-cli.js';
import { WachtClient } from '../wacht-client.js';
import { YatClient } from '../yat-client.js';

const MANY = '1000';
/** What a message is for that is more than a notice: the link of every mail that says it was not its reader who asked opens nothing. */
const SECRET = /\b\d{6}\b|(?<!not-me)[?&]token=/;
/** Of whoever gets another one. */
export const NEW_PASSWORD = 'gelbe Kanne im Schnee 7';
export const REDIRECT = 'https://app.example.com/done';
/** How long a recovery waits: longer than a test does, shorter than a code is good. */
export const DELAY_SECONDS = 200;

/** The service with an identity provider and its operator's command line, and a client of each protocol. */
export class World {
  readonly navixy: NavixyClient;
  readonly docspace: DocspaceClient;
  readonly yat: YatClient;
  readonly dfns: DfnsClient;
  readonly people: DfnsPeople;
  private count = 0;

  private constructor(
    readonly app: TestApp,
    readonly idp: IdentityProviderServer,
    private readonly operator: TestCli,
  ) {
    this.navixy = new NavixyClient(app);
    this.docspace = new DocspaceClient(app);
    this.yat = new YatClient(app);
    this.dfns = new DfnsClient(app);
    this.people = new DfnsPeople(app, this.dfns);
  }

  static async start(): Promise<World> {
    const idp = await IdentityProviderServer.start();
    const app = await TestApp.start({
      ...AT_HOME,
      ...idp.environment(),
      REDIRECT_URLS: REDIRECT,
      RESEND_SECONDS: '1',
      NAVIXY_RESEND_SECONDS: '1',
      RESEND_HOURLY_LIMIT: MANY,
      RECOVERY_DELAY_SECONDS: String(DELAY_SECONDS),
      PASSWORD_TRIES_LIMIT: MANY,
      PASSWORD_HOURLY_LIMIT: MANY,
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
    });
    // The operator's time is the system's.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    return new World(app, idp, await TestCli.start(app.databaseUrl));
  }

  async stop(): Promise<void> {
    await this.operator.stop();
    await this.app.stop();
    await this.idp.stop();
  }

  number(): number {
    return (this.count += 1);
  }

  phone(): string {
    return `+49151123${String(this.number()).padStart(5, '0')}`;
  }

  wacht(): WachtClient {
    return new WachtClient(this.app);
  }

  /** Beyond the wait between two messages, and within the life of every code. */
  tick(seconds = 2): void {
    this.app.clock.advanceSeconds(seconds);
  }

  /** What an operator types; answers what that prints. */
  async cli(...args: string[]): Promise<string> {
    const input = args.includes('--password-stdin') ? `${NEW_PASSWORD}\n` : '';
    const { code, out, err } = await this.operator.run(args, input, this.idp.environment());
    if (code !== 0) throw new Error(`${args.join(' ')}: ${err}`);
    return out;
  }

  /**
   * The text of the message with a code or a link that this work sends to somebody. Nothing is sent when it answers false.
   */
  async mailed(to: string, send: () => Promise<unknown>): Promise<string> {
    this.tick();
    return (await this.app.mailbox.sentBy(to, SECRET, send)).text;
  }

  /** The recoveries that are due are done. */
  async completeDue(): Promise<void> {
    this.tick(DELAY_SECONDS);
    await this.app.nest.get(RecoveryDelayService, { strict: false }).completeDue();
  }

  /** A page of ours, to which the button is pressed. */
  press(path: string, form: Record<string, string>): Promise<Response> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(form);
    return fetch(`${this.app.url}${path}`, { method: 'POST', redirect: 'manual', headers, body });
  }
}
