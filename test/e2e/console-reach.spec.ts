import { sql } from '@app/database';
import { ConsoleClient, OPERATOR_PASSWORD } from '../support/console-client.js';
import { BEHIND_PROXIES, Networks } from '../support/seen-from.js';
import { TestApp } from '../support/test-app.js';

const SHELL = /<link rel="stylesheet" href="([^"]+)">/g;

describe('the console', () => {
  const started: TestApp[] = [];
  const start = async (environment: Record<string, string> = {}) => {
    const app = await TestApp.start({ limits: 'off', ...environment });
    started.push(app);
    return app;
  };
  afterEach(() => Promise.all(started.splice(0).map((app) => app.stop())));

  it('is not there when it is off', async () => {
    const app = await start({ CONSOLE: 'off' });
    for (const path of ['/console', '/console/sign-in', '/console/assets/x.css'])
      expect((await new ConsoleClient(app).get(path)).status).toBe(404);
  });

  it('is there for the networks that it is for, and for nobody else', async () => {
    const app = await start({ ...BEHIND_PROXIES, CONSOLE_NETWORKS: '192.0.2.0/28' });
    const networks = new Networks();
    const seenFrom = async (address: string) => {
      const client = new ConsoleClient(await networks.at(app, address));
      return (await client.get('/console/sign-in')).status;
    };
    expect([await seenFrom('192.0.2.15'), await seenFrom('192.0.2.16')]).toEqual([200, 404]);
    networks.stop();
    // Nobody is counted who is not let near.
    const [row] = await app.rows<{ count: string }>(sql`SELECT count(*) FROM request_limits`);
    expect(row?.count).toBe('1');
  });

  it('gives over https a cookie that no other host can set, and takes no other', async () => {
    const app = await start({ PUBLIC_URL: 'https://auth.example.com' });
    const client = await ConsoleClient.of(app);
    const cookie = (await client.signIn()).headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^__Host-operator=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const { token } = client;
    expect((await client.get('/console')).status).toBe(200);
    client.carry(`operator=${token}`);
    expect((await client.get('/console')).status).toBe(303);
  });

  it('leads below the path of PUBLIC_URL', async () => {
    const app = await start({ PUBLIC_URL: 'http://localhost/base' });
    const client = new ConsoleClient(app);
    expect((await client.get('/console')).location).toBe('/base/console/sign-in');
    const { text } = await client.get('/console/sign-in');
    expect(text).toContain('action="/base/console/sign-in"');
    expect([...text.matchAll(SHELL)].every(([, path]) => path?.startsWith('/base/console/assets/'))).toBe(
      true,
    );
  });

  it('has its styles and scripts from this origin alone, each for as long as it stays the same', async () => {
    const app = await start();
    const client = new ConsoleClient(app);
    const { text, headers } = await client.get('/console/sign-in');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/<style|<script(?! src=)|style="| on\w+="/);
    const paths = [...text.matchAll(SHELL)].map(([, path]) => path as string);
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      const asset = await client.get(path);
      expect([asset.status, asset.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
    expect((await client.get('/console/assets/console.css')).status).toBe(404);
  });

  it('lets no page of another site sign in to it, nor read it, also of one that may call the protocols', async () => {
    const app = await start({ CORS_ORIGINS: 'https://app.example.com' });
    const client = await ConsoleClient.of(app);
    const Origin = 'https://app.example.com';
    const read = await client.get('/console', { Origin });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    expect(read.headers.get('access-control-allow-credentials')).toBeNull();
    app.clock.advanceSeconds(30);
    const fields = {
      email: client.email,
      password: OPERATOR_PASSWORD,
      code: client.authenticator.code(),
    };
    const foreign: Record<string, string>[] = [
      { Origin },
      { Origin, 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null' },
    ];
    for (const headers of foreign)
      expect((await new ConsoleClient(app).post('/console/sign-in', fields, headers)).status).toBe(403);
    const own = { Origin: 'http://localhost:0', 'Sec-Fetch-Site': 'same-origin' };
    expect((await new ConsoleClient(app).post('/console/sign-in', fields, own)).status).toBe(303);
  });

  it.each([['x'.repeat(43)], ['x'.repeat(42)], [''], ['%00']])('takes %s for no session', async (token) => {
    const app = await start();
    const client = new ConsoleClient(app);
    client.carry(`operator=${token}`);
    expect(await client.get('/console')).toMatchObject({ status: 303, location: '/console/sign-in' });
  });
});
