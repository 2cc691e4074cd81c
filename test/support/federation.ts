import { sql } from '@app/database';
import { DocspaceClient } from './docspace-client.js';
import { IdentityProviderServer, OUR_CLIENT } from './identity-provider.js';
import { TestApp } from './test-app.js';

/** Many providers tell the address at userinfo alone: with this in the request it stands in the ID token. */
const WITH_ADDRESS = { claims: JSON.stringify({ id_token: { email: null, email_verified: null } }) };

/** The service and a real provider, configured as `Acme` and, not to be believed about addresses, as `distrusted`. */
export class Federation {
  private people = 0;

  private constructor(
    readonly idp: IdentityProviderServer,
    readonly app: TestApp,
    readonly client: DocspaceClient,
  ) {}

  static async start(): Promise<Federation> {
    const idp = await IdentityProviderServer.start();
    const providers = [
      { name: 'Acme' },
      { name: 'down', issuer: 'http://127.0.0.1:1' },
      { name: 'distrusted', linkByEmail: false },
    ].flatMap((changes) => JSON.parse(idp.environment(changes).OIDC_PROVIDERS) as object[]);
    const app = await TestApp.start({
      OIDC_PROVIDERS: JSON.stringify(providers),
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
    });
    // The provider's own time is the system's.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    return new Federation(idp, app, new DocspaceClient(app));
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.idp.stop();
  }

  /** Somebody with the same address here and there. */
  async person({ verified = true, ...request }: Record<string, unknown> = {}) {
    const email = `person${(this.people += 1)}@example.com`;
    const sub = `sub-${this.people}`;
    this.idp.people.set(sub, { sub, email, email_verified: verified });
    const account = await this.app.createAccount({ email, secondFactor: 'none', ...request });
    return { ...account, email, sub };
  }

  signIn(proof: object, more: object = {}) {
    return this.client.call('POST', '/authentication', { provider: 'acme', ...proof, ...more });
  }

  /** The ID token that this client of the provider has got for somebody. */
  async profileOf(sub: string, of = OUR_CLIENT): Promise<{ serializedProfile: string }> {
    return { serializedProfile: (await this.idp.tokens(sub, of, WITH_ADDRESS)).id_token };
  }

  identities(accountId: string): Promise<{ subject: string; provider: string }[]> {
    return this.app.rows(
      sql`SELECT subject, provider FROM external_identities WHERE account_id = ${accountId}::bigint`,
    );
  }
}
