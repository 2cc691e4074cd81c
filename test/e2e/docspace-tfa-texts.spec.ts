import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

/** A mail server of its own: there is no development mailbox then, which would take texts. */
const NO_MAILBOX = { SMTP_URL: 'smtp://127.0.0.1:9' };
const GATEWAY = { SMS_WEBHOOK_URL: 'http://127.0.0.1:9/', SMS_WEBHOOK_SECRET: 'x'.repeat(32) };

interface Kind {
  id: string;
  enabled: boolean;
  available: boolean;
  avaliable: boolean;
}

describe('texts as the second factor, docspace', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', ...NO_MAILBOX });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const email = `texts${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    return { id, token: (await client.signIn(email)).body.response.token as string };
  }
  const kinds = async (from: DocspaceClient, token: string) =>
    (await from.authorized<Kind[]>('GET', '/settings/tfaapp', token)).body.response;

  it.each(['/settings/tfaapp', '/settings/tfaappwithlink'])(
    'PUT %s is 405 where nothing carries them, and changes nothing',
    async (path) => {
      const { id, token } = await signedIn();
      for (const type of ['Sms', 1]) {
        const { status, body, headers } = await client.authorized('PUT', path, token, { type });
        expect([status, body.error?.message]).toEqual([405, 'This second factor is not available']);
        // The method is right: nothing says that another would be.
        expect(headers.has('allow')).toBe(false);
      }
      const account = sql`SELECT second_factor FROM accounts WHERE id = ${id}`;
      expect(await app.rows(account)).toEqual([{ second_factor: 'none' }]);
      expect((await client.authorized('PUT', path, token, { type: 'App' })).status).toBe(200);
    },
  );

  it('are not said to be available there, also to an account that has them', async () => {
    const { id, token } = await signedIn();
    await app.rows(sql`UPDATE accounts SET second_factor = 'sms' WHERE id = ${id}`);
    expect(await kinds(client, token)).toMatchObject([
      { id: 'sms', enabled: true, available: false, avaliable: false },
      { id: 'app', enabled: false, available: true, avaliable: true },
    ]);
    expect((await client.authorized('PUT', '/settings/tfaapp', token, { type: 1 })).status).toBe(405);
  });

  it('are available with a gateway', async () => {
    const { token } = await signedIn();
    const replica = await TestApp.start({ ...NO_MAILBOX, ...GATEWAY }, app);
    const other = new DocspaceClient(replica);
    expect((await kinds(other, token))[0]).toMatchObject({ id: 'sms', available: true, avaliable: true });
    expect((await other.authorized('PUT', '/settings/tfaapp', token, { type: 1 })).status).toBe(200);
    await replica.stop();
  });

  it('abuse: tell nobody whether there is a gateway who is not signed in, or was not lately', async () => {
    const { token } = await signedIn();
    expect((await client.call('PUT', '/settings/tfaapp', { type: 1 })).status).toBe(401);
    app.clock.advanceSeconds(900);
    expect((await client.authorized('PUT', '/settings/tfaapp', token, { type: 1 })).status).toBe(403);
  });
});
