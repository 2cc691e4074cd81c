import { DocspaceClient } from '../support/docspace-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

/** The request that the protocol's documents show, as it stands there. */
const EXAMPLE = {
  userName: 'some text',
  password: '044LP3vr2j',
  passwordHash: 'some text',
  provider: 'some text',
  accessToken: 'some text',
  serializedProfile: 'some text',
  code: 'some text',
  codeOAuth: 'some text',
  session: true,
  confirmData: { email: 'Amanda.Ernser94@hotmail.com', first: true, key: 'some text' },
  recaptchaResponse: 'some text',
  culture: 'some text',
};

describe('bad input in the docspace protocol', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
    client = new DocspaceClient(app);
    await app.createAccount({ email: 'bad@example.com', secondFactor: 'none' });
    await app.createAccount({ email: 'bad-totp@example.com', secondFactor: 'totp' });
  });
  afterAll(() => app.stop());

  const post = (body: unknown) => client.call('POST', '/authentication', body);
  const raw = (
    path: string,
    body: RequestInit['body'],
    type = 'application/json',
    headers: Record<string, string> = {},
  ) => client.send('POST', path, { body, headers: { 'Content-Type': type, ...headers } });
  const GOOD = { userName: 'bad@example.com', password: PASSWORD };

  it('understands the documented example: its key is none of ours, its provider not configured, its person unknown', async () => {
    const keyless = { ...EXAMPLE, confirmData: undefined };
    const password = { ...keyless, provider: undefined };
    const send = (body: object) => client.call('POST', '/authentication/%7Bcode%7D', body);
    expect((await send(EXAMPLE)).status).toBe(401);
    expect(await send(keyless)).toMatchObject({
      status: 400,
      body: { error: { message: 'provider is not configured' } },
    });
    expect(await send(password)).toMatchObject({
      status: 401,
      body: { error: { message: 'User authentication failed' } },
    });
  });

  it.each([
    ['in any letter case', { USERNAME: GOOD.userName, Password: GOOD.password, SESSION: false }],
    ['with unknown ones', { ...GOOD, remember: true, constructor: 1, nested: { a: 1 } }],
    [
      'with null ones',
      { ...Object.fromEntries(Object.keys(EXAMPLE).map((key) => [key, null])), recaptchaType: null, ...GOOD },
    ],
    ['with booleans as texts', { ...GOOD, session: 'false', confirmData: { first: 'TRUE' } }],
    ['with the kind of captcha as number', { ...GOOD, recaptchaType: 3 }],
    ['with the kind of captcha as number in a text', { ...GOOD, recaptchaType: '1' }],
    ['with the kind of captcha by name', { ...GOOD, recaptchaType: 'HCAPTCHA' }],
  ])('reads keys %s', async (_, body) => {
    expect((await post(body)).status).toBe(200);
  });

  it.each([
    ['a name that is no text', { ...GOOD, userName: 7 }],
    ['a name of 255 characters', { ...GOOD, userName: 'x'.repeat(255) }],
    ['a NUL', { ...GOOD, userName: 'a\0b' }],
    ['a lone surrogate', { ...GOOD, password: '\ud800' }],
    ['a password of 10 kB', { ...GOOD, password: 'x'.repeat(10_000) }],
    ['a session that is no boolean', { ...GOOD, session: 'perhaps' }],
    ['an unknown kind of captcha', { ...GOOD, recaptchaType: 4 }],
    ['an e-mail address that is none', { ...GOOD, confirmData: { email: 'nobody' } }],
    ['confirmData that is no object', { ...GOOD, confirmData: 'x' }],
    ['a key twice, in two letter cases', { ...GOOD, USERNAME: 'other@example.com' }],
    ['an array', [GOOD]],
  ])('refuses %s with 400', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      status: 1,
      statusCode: 400,
      error: { message: expect.any(String), hresult: -2147024809 },
    });
  });

  it.each([
    ['nothing', '', 'application/json'],
    ['cut off', '{"userName":', 'application/json'],
    ['a repeated key', '{"userName":"a","userName":"b","password":"c"}', 'application/json'],
    ['nested 21 deep', `${'{"a":'.repeat(21)}1${'}'.repeat(21)}`, 'application/json'],
    ['a form', 'userName=a&password=b', 'application/x-www-form-urlencoded'],
    ['plain text', '{}', 'text/plain'],
  ])('refuses a body that is %s with 400', async (_, body, type) => {
    expect((await raw('/authentication', body, type)).status).toBe(400);
  });

  it('refuses 65 KiB with 413', async () => {
    expect((await raw('/authentication', JSON.stringify({ pad: 'x'.repeat(66_000) }))).status).toBe(413);
  });

  it.each(['application/json', 'application/vnd.api+json', 'text/json', 'application/json; charset=utf-8'])(
    'reads %s',
    async (type) => {
      expect((await raw('/authentication', JSON.stringify(GOOD), type)).status).toBe(200);
    },
  );

  it.each([
    ['application/json', 'application/json'],
    ['text/json', 'text/json'],
    ['text/plain', 'text/plain'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
  ])('answers %s as %s, refusals too', async (accept, type) => {
    for (const [path, body] of [
      ['/authentication', GOOD],
      ['/authentication', {}],
      ['/nothing', GOOD],
    ] as const) {
      const { headers } = await raw(path, JSON.stringify(body), 'application/json', { Accept: accept });
      expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    }
  });

  describe('a code', () => {
    const send = (path: string, more: object = {}) =>
      client.call('POST', `/authentication/${path}`, { ...GOOD, userName: 'bad-totp@example.com', ...more });

    it.each([
      ...['%20', '12345', '1234567', '..%2F', '%C3%A9', 'sendsms%20', '.json', '.xml'],
      ...['x'.repeat(64), 'x'.repeat(10_000), '%00', '%E0%A4%A'],
    ])('%s in the path is malformed', async (path) => {
      expect((await send(path)).status).toBe(400);
    });

    it.each([7, true, ['1'], { a: 1 }, 'x'.repeat(10_000), '\0'])(
      '%j in the body is malformed',
      async (code) => {
        expect((await send('123456', { code })).status).toBe(400);
      },
    );
  });

  it('says 404 for an unknown path and 405 for a wrong method', async () => {
    expect(await client.call('POST', '/nothing')).toMatchObject({
      status: 404,
      body: { status: 1, statusCode: 404 },
    });
    const wrong = await client.call('DELETE', '/authentication');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it('builds no link from a header', async () => {
    const headers = {
      'Content-Type': 'application/json',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
    };
    const { body } = await client.send('POST', '/authentication', {
      headers,
      body: JSON.stringify({ ...GOOD, userName: 'bad-totp@example.com' }),
    });
    expect(JSON.stringify(body)).not.toContain('evil');
  });
});
