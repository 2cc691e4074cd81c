import { AT_HOME } from '../support/dfns-people.js';
import { HELD, type Held } from '../support/held-credentials.js';
import { NavixyClient } from '../support/navixy-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { sql } from '@app/database';

const SIGN_IN = 'https://app.example.com/login';
const HTML = { Accept: 'text/html,*/*;q=0.8' };
const shown = Object.entries(HELD).filter(([name]) => name !== 'a yat refresh token');

describe('GET /forward-auth', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off', REDIRECT_URLS: SIGN_IN });
  });
  afterAll(() => app.stop());

  const ask = (headers: Record<string, string> = {}, query = '') =>
    fetch(`${app.url}/forward-auth${query}`, { headers, redirect: 'manual' });
  const hold = (name: string) => (HELD[name] as (app: TestApp) => Promise<Held>)(app);
  const told = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-auth-')));

  describe('lets through', () => {
    it.each(shown)('%s, and says whose it is', async (_, holds) => {
      const held = await holds(app);
      const answer = await ask(held.header);
      expect(answer.status).toBe(204);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('vary')).toContain('Cookie');
      expect(told(answer)).toEqual({
        'x-auth-account': held.uuid,
        'x-auth-session': expect.stringMatching(/^\d+$/),
        'x-auth-protocol': held.protocol,
        'x-auth-amr': held.amr.join(' '),
        'x-auth-acr': `urn:countersign:${held.amr.length > 1 ? 'two-factors' : 'one-factor'}`,
        'x-auth-time': expect.stringMatching(/^\d{10}$/),
        'x-auth-expires': expect.stringMatching(/^\d{10}$/),
      });
    });

    it.each(shown)('%s in one round trip', async (_, holds) => {
      const held = await holds(app);
      await ask(held.header);
      const counter = new StatementCounter(app);
      const statements = await counter.during(() => ask(held.header));
      counter.stop();
      expect(statements).toHaveLength(1);
    });

    it('a cookie beside a header that is for somebody else', async () => {
      const { header } = await hold('a wacht cookie');
      expect((await ask({ ...header, Authorization: 'Basic eDp5' })).status).toBe(204);
    });

    it('whoever is signed in by one of two cookies', async () => {
      const { header = {} } = await hold('a wacht cookie');
      const Cookie = `asc_auth_key=${'a'.repeat(43)}; ${header['Cookie']}`;
      expect((await ask({ Cookie })).headers.get('x-auth-protocol')).toBe('wacht');
    });
  });

  describe('keeps out', () => {
    const expectOut = async (headers: Record<string, string>) => {
      const answer = await ask(headers);
      expect([answer.status, await answer.json(), told(answer)]).toEqual([
        401,
        { error: 'invalid_token' },
        {},
      ]);
      // A challenge of Basic would come up as a dialog.
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="countersign"');
    };

    it('who shows nothing', () => expectOut({}));

    it.each(shown)('%s, once its session has ended', async (_, holds) => {
      const held = await holds(app);
      await held.end();
      await expectOut(held.header ?? {});
    });

    it('who is told to have signed in by headers of their own', () =>
      expectOut({ 'X-Auth-Account': '0e4f9d3c-6c2b-4a55-9f3f-1f0f7a9f2b11', 'X-Auth-Session': '1' }));

    it('what waits for a second factor', async () => {
      const { email } = await app.given.person({ factor: 'email' });
      const { hash } = (await new NavixyClient(app).signIn(email)).body;
      await expectOut({ Authorization: `NVX ${hash}` });
    });

    it('a refresh token, and a credential of another protocol’s form', async () => {
      const refresh = await hold('a yat refresh token');
      await expectOut({ Authorization: `Bearer ${refresh.token}` });
      const cookie = await hold('a wacht cookie');
      await expectOut({ Authorization: cookie.token });
      await expectOut({ Cookie: `asc_auth_key=${cookie.token}` });
    });

    it('a token that names somebody’s session and is not signed by us', async () => {
      const { token } = await hold('a yat access token');
      const [head, payload] = token.split('.');
      await expectOut({ Authorization: `Bearer ${head}.${payload}.${'A'.repeat(86)}` });
    });

    it('a bad token in the header, whatever cookie is beside it', async () => {
      const { header } = await hold('a wacht cookie');
      await expectOut({ ...header, Authorization: `NVX ${'f'.repeat(32)}` });
    });

    it('a credential in the query', async () => {
      const { token } = await hold('a navixy hash');
      expect((await ask({}, `?hash=${token}`)).status).toBe(401);
    });

    it('and writes no record of it: each picture on a page would have one', async () => {
      await ask({ 'User-Agent': 'a visitor of forward-auth' });
      await ask({ Authorization: `NVX ${'f'.repeat(32)}`, 'User-Agent': 'a visitor of forward-auth' });
      await ask({ 'User-Agent': 'a visitor of forward-auth' }, '?rd=https://evil.example');
      const seen = sql`SELECT outcome FROM audit_events WHERE user_agent = 'a visitor of forward-auth'`;
      await until(async () => (await app.rows(seen)).length > 0, 'the record of the last of them');
      expect(await app.rows(seen)).toEqual([{ outcome: 'invalid_parameters' }]);
    });
  });

  describe('sends a browser to sign in', () => {
    it('to the page that is named, if it is one of REDIRECT_URLS', async () => {
      const answer = await ask(HTML, `?rd=${encodeURIComponent(SIGN_IN)}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([302, SIGN_IN]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    it('and nobody who asks for something else, or is signed in', async () => {
      const query = `?rd=${encodeURIComponent(SIGN_IN)}`;
      expect((await ask({ Accept: 'application/json' }, query)).status).toBe(401);
      const { header } = await hold('a wacht cookie');
      expect((await ask({ ...HTML, ...header }, query)).status).toBe(204);
    });

    it.each([
      'https://evil.example/',
      'https://app.example.com/login/..',
      `${SIGN_IN}?next=1`,
      '//evil.example',
      'javascript:alert(1)',
    ])('and never to %s', async (rd) => {
      for (const query of [`?rd=${encodeURIComponent(rd)}`, `?rd=${encodeURIComponent(SIGN_IN)}&rd=${rd}`]) {
        const answer = await ask(HTML, query);
        expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
      }
    });
  });
});
