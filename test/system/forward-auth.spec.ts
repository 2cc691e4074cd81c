import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { HELD, type Held } from '../support/held-credentials.js';
import { AT_HOME } from '../support/dfns-people.js';
import { Nginx } from '../support/nginx.js';
import { TestApp } from '../support/test-app.js';

const NAMES = ['account', 'session', 'protocol', 'amr', 'acr', 'time', 'expires'].map(
  (name) => `x-auth-${name}`,
);
const FORGED = Object.fromEntries(NAMES.map((name) => [name, 'forged']));

/** docs/operations/forward-auth.md, as it stands there but for its ports. */
function documented(ports: Record<number, number>): string {
  const page = readFileSync('docs/operations/forward-auth.md', 'utf8');
  const [, block = ''] = /<!-- nginx -->\s*```nginx\n([\s\S]*?)```/.exec(page) ?? [];
  return Object.entries(ports).reduce(
    (all, [from, to]) => all.replaceAll(`127.0.0.1:${from}`, `127.0.0.1:${to}`),
    block,
  );
}

describe('behind Debian’s nginx, with the configuration of the documents', () => {
  let app: TestApp;
  let nginx: Nginx;
  let behind: Server;
  const seen: { headers: IncomingHttpHeaders; body: string }[] = [];

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off', TRUSTED_PROXIES: '127.0.0.1' });
    behind = createServer((request, response) => {
      void text(request).then((body) => {
        seen.push({ headers: request.headers, body });
        response.end('from behind');
      });
    }).listen(0, '127.0.0.1');
    await once(behind, 'listening');
    const { port: upstream } = behind.address() as AddressInfo;
    const own = Number(new URL(app.url).port);
    nginx = await Nginx.start((port) => documented({ 3000: own, 8080: port, 4000: upstream }));
  });
  beforeEach(() => {
    seen.length = 0;
  });
  afterAll(async () => {
    await nginx?.stop();
    behind.close();
    await app.stop();
  });

  const hold = (name: string) => (HELD[name] as (app: TestApp) => Promise<Held>)(app);
  const ask = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`${nginx.url}/page`, { ...init, headers });
  const told = () =>
    Object.fromEntries(Object.entries(seen[0]?.headers ?? {}).filter(([name]) => /auth[-_]/.test(name)));

  it.each(Object.keys(HELD).filter((name) => name !== 'a yat refresh token'))(
    'who shows %s gets through, and whoever is behind is told who that is',
    async (name) => {
      const held = await hold(name);
      const answer = await ask(held.header);
      expect([answer.status, await answer.text()]).toEqual([200, 'from behind']);
      expect(Object.keys(told()).sort()).toEqual([...NAMES].sort());
      expect(told()).toMatchObject({
        'x-auth-account': held.uuid,
        'x-auth-protocol': held.protocol,
        'x-auth-amr': held.amr.join(' '),
      });
    },
  );

  it('headers that a client makes up are overwritten', async () => {
    const held = await hold('a wacht cookie');
    const spelled = { ...FORGED, X_Auth_Account: 'forged', 'X-AUTH-Account': 'forged' };
    expect((await ask({ ...held.header, ...spelled })).status).toBe(200);
    expect(told()).toMatchObject({ 'x-auth-account': held.uuid });
    expect(JSON.stringify(told())).not.toContain('forged');
  });

  it('whoever is not signed in stays outside, whatever they say of themselves', async () => {
    for (const headers of [{}, FORGED, { Authorization: `NVX ${'f'.repeat(32)}` }]) {
      const answer = await ask(headers);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="countersign"',
      ]);
    }
    expect(seen).toEqual([]);
  });

  it('nobody gets through with a session that has ended, from that moment on', async () => {
    const held = await hold('a navixy hash');
    expect((await ask(held.header)).status).toBe(200);
    await held.end();
    expect((await ask(held.header)).status).toBe(401);
    expect(seen).toHaveLength(1);
  });

  it('a body comes through whole, of any type and coding', async () => {
    const { header } = await hold('a wacht cookie');
    const body = JSON.stringify({ text: 'x'.repeat(100_000) });
    const types = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    expect((await ask({ ...header, ...types }, { method: 'POST', body })).status).toBe(200);
    expect(seen[0]?.body).toBe(body);
  });

  it('the question itself cannot be put from outside', async () => {
    const { header } = await hold('a wacht cookie');
    expect((await fetch(`${nginx.url}/forward-auth`, { headers: header })).status).toBe(404);
  });
});
