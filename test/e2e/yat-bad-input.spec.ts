import fc from 'fast-check';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const OPEN: [string, string][] = [
  ['POST', '/auth/token'],
  ['POST', '/auth/token/refresh'],
  ['POST', '/auth/2fa'],
  ['POST', '/auth/magic_link'],
  ['POST', '/auth/magic_link/token'],
  ['POST', '/users'],
  ['POST', '/account/2fa/backup_disable'],
];
const WITH_TOKEN: [string, string][] = [
  ['PATCH', '/account'],
  ['POST', '/account/2fa'],
  ['POST', '/account/2fa/confirm'],
  ['POST', '/account/2fa/enable'],
  ['POST', '/account/2fa/disable'],
  ['POST', '/account/2fa/sms_code'],
];
const FIELDS = [
  'email',
  'alternate_id',
  'password',
  'refresh_token',
  'code',
  'user_id',
  'redirect',
  'exchange_code',
  'token',
  'provider',
  'phone',
  'requires_2fa',
  'width',
  'backup_code',
  'first_name',
  '__proto__',
  'constructor',
];
const RUNS = 300;

describe('bad input of yat clients', () => {
  let app: TestApp;
  let client: YatClient;
  let accessToken: string;

  beforeAll(async () => {
    app = await TestApp.start({
      YAT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
    client = new YatClient(app);
    await app.createAccount({ email: 'fuzz@example.com', secondFactor: 'none' });
    accessToken = (await client.signIn('fuzz@example.com')).body.access_token;
  });
  afterAll(() => app.stop());

  const value = fc.oneof(
    fc.constantFrom(
      'fuzz@example.com',
      'a@example.com',
      '123456',
      'SMS',
      'GoogleAuthenticator',
      null,
      '',
      '\u0000',
      '\ud800',
      'x'.repeat(5000),
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const body = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 6 })
        .map((fields) => JSON.stringify(fields)),
    },
    { weight: 1, arbitrary: fc.jsonValue().map((json) => JSON.stringify(json)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  );
  const type = fc.constantFrom(
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
  );

  it.each([...OPEN, ...WITH_TOKEN])(
    '%s %s answers any input in its own words and never with 5xx',
    async (method, path) => {
      const authorization = WITH_TOKEN.some(([, other]) => other === path)
        ? `Bearer ${accessToken}`
        : undefined;
      await fuzz(fc.tuple(body, type), RUNS, async ([text, contentType]) => {
        const headers = {
          'Content-Type': contentType,
          ...(authorization && { Authorization: authorization }),
        };
        const answer = await client.send(path, { method, body: text, headers });
        expect(answer.status).toBeLessThan(500);
        if (answer.status < 400) return;
        expect(Object.keys(answer.body).sort()).toEqual(['error', 'fields']);
        expect([400, 401, 422, 424, 429]).toContain(answer.status);
      });
    },
  );

  it.each(OPEN)('%s %s says what is wrong with a body it cannot read', async (method, path) => {
    const bodies: [string | Uint8Array<ArrayBuffer>, number][] = [
      ['{', 400],
      ['[]', 400],
      ['{"a":1,"a":2}', 400],
      [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
      [`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`, 400],
      [JSON.stringify({ password: 'x'.repeat(70_000) }), 413],
    ];
    for (const [text, status] of bodies)
      expect((await client.send(path, { method, body: text })).status).toBe(status);
    expect((await client.send(path, { method })).status).toBe(422);
  });

  it.each([
    ['GET', '/auth/token', 405],
    ['DELETE', '/account', 405],
    ['POST', '/account/2fa/unknown', 404],
  ])('%s %s is %i in its own words', async (method, path, status) => {
    expect(await client.send(path, { method })).toMatchObject({
      status,
      body: { error: expect.any(String), fields: {} },
    });
  });

  it.each(['Basic eDp5', 'Bearer', 'Bearer ', 'bearer x y', 'x'.repeat(9000)])(
    'refuses the Authorization %j with 401',
    async (header) => {
      const { status } = await client.send('/account', { method: 'GET', headers: { Authorization: header } });
      expect(status).toBe(401);
    },
  );

  it('limits the requests of one address and says for how long', async () => {
    const small = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '3' }, app);
    const other = new YatClient(small);
    const statuses = [];
    for (let request = 0; request < 5; request += 1) statuses.push(await other.refresh('x'));
    const limited = statuses.at(-1);
    expect(limited?.status).toBe(429);
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
    await small.stop();
  });
});
