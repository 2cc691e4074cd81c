import { readFileSync } from 'node:fs';
import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

const PROVIDER = { name: 'corporate', issuer: 'https://id.example.com', clientId: 'us' };

describe('what docspace clients ask before and after a sign-in', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      OIDC_PROVIDERS: JSON.stringify([PROVIDER]),
    });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const get = (path: string, token?: string) =>
    client.call<Record<string, unknown>>('GET', path, undefined, token ? { Authorization: token } : {});
  const signedIn = async (email: string) => String((await client.signIn(email)).body.response.token);

  it('GET /capabilities: how people can sign in, to anybody', async () => {
    for (const path of ['/capabilities', '/capabilities.json']) {
      const { status, body } = await get(path);
      expect([status, body.response]).toEqual([
        200,
        {
          ldapEnabled: false,
          oauthEnabled: true,
          providers: ['corporate'],
          ssoLabel: '',
          ssoUrl: '',
          identityServerEnabled: false,
        },
      ]);
    }
  });

  it('GET /settings/version/build: the version, to anybody', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const path of ['/settings/version/build', '/settings/version/build.json'])
      expect((await get(path)).body.response).toEqual({ docSpace: version, communityServer: version });
  });

  describe('GET /people/@self', () => {
    it('is who is signed in, in whichever spelling', async () => {
      const email = 'self@example.com';
      const { id } = await app.createAccount({
        email,
        username: 'self.s',
        phone: '+4915112345001',
        secondFactor: 'none',
      });
      await app.rows(
        sql`UPDATE accounts SET first_name = 'Ada', last_name = 'Lovelace', language = 'de' WHERE id = ${id}`,
      );
      const [account] = await app.rows<{ uuid: string }>(sql`SELECT uuid FROM accounts WHERE id = ${id}`);
      const token = await signedIn(email);
      for (const path of ['/people/@self', '/people/@self.json', '/people/%40self', '/people/%40self.json']) {
        const { status, body } = await get(path, token);
        expect([status, body.response]).toEqual([
          200,
          {
            id: account?.uuid,
            displayName: 'Ada Lovelace',
            userName: 'self.s',
            firstName: 'Ada',
            lastName: 'Lovelace',
            email,
            mobilePhone: '+4915112345001',
            mobilePhoneActivationStatus: 1,
            status: 1,
            activationStatus: 1,
            tfaAppEnabled: false,
            cultureName: 'de',
            registrationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
            isAdmin: false,
            isOwner: false,
            isVisitor: false,
            isLDAP: false,
            isSSO: false,
          },
        ]);
      }
    });

    it('leaves out what the account has not, and calls it by what it is known by', async () => {
      await app.createAccount({ email: 'bare@example.com', secondFactor: 'none' });
      const { response } = (await get('/people/@self', await signedIn('bare@example.com'))).body;
      expect(response).toMatchObject({ displayName: 'bare@example.com', userName: 'bare@example.com' });
      expect(response).toMatchObject({ mobilePhoneActivationStatus: 0 });
      for (const absent of ['firstName', 'lastName', 'mobilePhone'])
        expect(response).not.toHaveProperty(absent);
    });

    it('is one round trip', async () => {
      await app.createAccount({ email: 'trip@example.com', secondFactor: 'none' });
      const token = await signedIn('trip@example.com');
      const counter = new StatementCounter(app);
      expect(await counter.during(() => get('/people/@self', token))).toHaveLength(1);
      counter.stop();
    });

    it.each([
      ['no token', undefined],
      ['a token of nobody', 'A'.repeat(43)],
      ['what is no token', 'x'],
    ])('is 401 with %s', async (_, token) => {
      expect((await get('/people/@self', token)).status).toBe(401);
    });

    it('abuse: is 401 by a session that is over, one that waits for its second factor, and of a disabled account', async () => {
      const email = 'gone@example.com';
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      const [over, disabled] = [await signedIn(email), await signedIn(email)];
      await client.call('POST', '/authentication/logout', undefined, { Authorization: over });
      expect((await get('/people/@self', over)).status).toBe(401);
      expect((await get('/people/@self', disabled)).status).toBe(200);
      await app.rows(sql`UPDATE accounts SET disabled_at = now() WHERE id = ${id}`);
      expect((await get('/people/@self', disabled)).status).toBe(401);

      await app.createAccount({ email: 'waits@example.com', secondFactor: 'email' });
      const { confirmUrl } = (await client.signIn('waits@example.com')).body.response;
      const key = new URL(String(confirmUrl)).searchParams.get('key') as string;
      expect((await get('/people/@self', key)).status).toBe(401);
    });
  });
});
