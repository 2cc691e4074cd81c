import { sql } from '@app/database';
import { SERVICE_SCOPES, type ServiceScope } from '@app/service-keys';
import { DfnsClient } from './dfns-client.js';
import { DfnsPeople } from './dfns-people.js';
import { DocspaceClient } from './docspace-client.js';
import type { DocumentedCall } from './documented-calls.js';
import { NavixyClient } from './navixy-client.js';
import type { TestApp } from './test-app.js';
import { WachtClient } from './wacht-client.js';
import { YatClient } from './yat-client.js';

/** Makes what each documented call takes as its credential: what is refused at the door is read by nobody behind it. */
export class Credentials {
  private persons = 0;
  private readonly people: DfnsPeople;

  constructor(private readonly app: TestApp) {
    this.people = new DfnsPeople(app, new DfnsClient(app));
  }

  /** The headers with a fresh one; none for a call that needs none. */
  async of({ credential, path, parameters }: DocumentedCall): Promise<Record<string, string>> {
    if (parameters.some(({ name }) => name === 'confirm')) return { confirm: `key=${await this.stepKey()}` };
    if (credential === 'navixyHash') return { Authorization: `NVX ${await this.navixyHash(path)}` };
    if (credential === 'docspaceCookie') return { Authorization: await this.docspaceToken() };
    if (credential === 'wachtSession') return { Cookie: await this.wachtCookie() };
    if (credential === 'yatBearer') return { Authorization: `Bearer ${await this.yatToken()}` };
    if (credential === 'dfnsToken') return { Authorization: `Bearer ${await this.dfnsToken(path)}` };
    if (credential === 'serviceKey')
      return { Authorization: `Bearer ${await this.app.serviceKey({ scopes: ['introspect', 'recover'] })}` };
    if (credential === 'adminKey')
      return {
        Authorization: `Bearer ${await this.app.serviceKey({ scopes: Object.keys(SERVICE_SCOPES) as ServiceScope[] })}`,
      };
    return {};
  }

  private async person(secondFactor: 'none' | 'email' | 'totp'): Promise<string> {
    const email = `credential${(this.persons += 1)}@example.com`;
    await this.app.createAccount({ email, secondFactor });
    return email;
  }

  private async navixyHash(path: string): Promise<string> {
    const client = new NavixyClient(this.app);
    const email = await this.person('email');
    return path.includes('/code/') ? (await client.pending(email)).hash : client.session(email);
  }

  private async docspaceToken(): Promise<string> {
    const { body } = await new DocspaceClient(this.app).signIn(await this.person('none'));
    return String(body.response.token);
  }

  private async stepKey(): Promise<string | null> {
    const { body } = await new DocspaceClient(this.app).signIn(await this.person('totp'));
    return new URL(String(body.response.confirmUrl)).searchParams.get('key');
  }

  private async wachtCookie(): Promise<string> {
    const client = new WachtClient(this.app);
    await client.signInWithPassword(await this.person('none'));
    return client.cookie as string;
  }

  private async yatToken(): Promise<string> {
    return (await new YatClient(this.app).signIn(await this.person('none'))).body.access_token;
  }

  private async dfnsToken(path: string): Promise<string> {
    const { people } = this;
    const recovers = path.includes('recover');
    const { temporaryAuthenticationToken } = recovers
      ? await people.recoveryChallenge(await people.member())
      : await people.registrationChallenge((await people.newcomer()).email);
    return temporaryAuthenticationToken;
  }

  /** So that the thousandth try is looked at like the first. */
  async refill(): Promise<void> {
    await this.app.rows(sql`
      WITH guesses AS (UPDATE guess_budgets SET spent = 0)
      UPDATE attempts SET tries_left = 1000 WHERE status = 'open'`);
  }
}
