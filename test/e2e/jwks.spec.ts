import { sql } from '@app/database';
import { AccessTokens } from '@app/tokens';
import { TestApp } from '../support/test-app.js';
import { partOf, verifiesWith } from '../integration/tokens-replica.js';

describe('GET /.well-known/jwks.json', () => {
  let app: TestApp;
  let replica: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ CORS_ORIGINS: 'https://app.example.com' });
    replica = await TestApp.start({}, app);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  const get = (from: TestApp, headers: Record<string, string> = {}) =>
    fetch(`${from.url}/.well-known/jwks.json`, { headers });
  const keysOf = async (from: TestApp) =>
    ((await (await get(from)).json()) as { keys: Record<string, string>[] }).keys;

  it('publishes one public key from the first start on, the same on every replica', async () => {
    const text = await (await get(app)).text();
    const { keys } = JSON.parse(text) as { keys: object[] };
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.stringMatching(/^[\w-]{43}$/) as string,
        y: expect.stringMatching(/^[\w-]{43}$/) as string,
        kid: expect.stringMatching(/^[\w-]{43}$/) as string,
        alg: 'ES256',
        use: 'sig',
      },
    ]);
    expect(await (await get(replica)).text()).toBe(text);
  });

  it('verifies the tokens of any replica, with the key that their header names', async () => {
    const token = await replica.nest
      .get(AccessTokens, { strict: false })
      .sign({ sub: 'a', sid: '1', scopes: [], amr: [] }, app.clock.now());
    const key = (await keysOf(app)).find(({ kid }) => kid === partOf(token, 0)['kid']);
    expect(verifiesWith(key ?? {}, token)).toBe(true);
  });

  it('may be kept for five minutes, by every web page too', async () => {
    for (const origin of ['https://app.example.com', 'https://anybody.example.net']) {
      const { status, headers } = await get(app, { Origin: origin });
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('cache-control')).toBe('public, max-age=300');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    }
  });

  it('is in the OpenAPI document', async () => {
    const document = (await (await fetch(`${app.url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    expect(document.paths['/.well-known/jwks.json']).toHaveProperty('get.responses.200');
  });

  it('answers nothing but GET and HEAD', async () => {
    const post = await fetch(`${app.url}/.well-known/jwks.json`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('costs no round trip to the database, whoever asks and how often', async () => {
    await app.rows(sql`ALTER TABLE signing_keys RENAME TO gone`);
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(app)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await app.rows(sql`ALTER TABLE gone RENAME TO signing_keys`);
  });
});
