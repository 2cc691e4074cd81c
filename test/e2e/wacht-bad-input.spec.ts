import { sql } from '@app/database';
import * as fc from 'fast-check';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient, type WachtAnswer } from '../support/wacht-client.js';

const POSTS = [
  '/auth/signin',
  '/auth/signup',
  '/auth/prepare-verification',
  '/auth/attempt-verification',
  '/auth/identifier-availability',
  '/auth/forgot-password',
  '/auth/reset-password',
  '/session/sign-out',
  '/session/switch-sign-in',
];
const GETS = ['/session', '/session/token', '/deployment', '/auth/verify-magic-link'];
const RUNS = 1000;

describe('bad input to wacht calls', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '1000000', RESEND_HOURLY_LIMIT: '1000' });
    await app.createAccount({ email: 'bad@example.com', secondFactor: 'none' });
  });
  afterAll(() => app.stop());

  const raw = (
    client: WachtClient,
    path: string,
    body: string | Buffer<ArrayBuffer>,
    type = 'application/json',
  ) => client.send(path, { body, headers: { 'Content-Type': type } });

  async function begun() {
    app.clock.advanceSeconds(60);
    const client = new WachtClient(app);
    return { client, ...(await client.begun('bad@example.com')) };
  }

  const triesLeft = async () =>
    (await app.rows<{ tries_left: number }>(sql`SELECT tries_left FROM attempts ORDER BY id DESC LIMIT 1`))[0]
      ?.tries_left;

  const badTexts: [string, unknown][] = [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 123456],
    ['a boolean', true],
    ['an array', ['123456']],
    ['an object', { a: 1 }],
    ['too long', 'x'.repeat(65)],
    ['with a NUL', '12\u000034'],
    ['with a lone surrogate', '12\ud80034'],
  ];

  it.each(badTexts)('a code %s is VALIDATION_ERROR, names it, and spends no try', async (_, code) => {
    const { client, id } = await begun();
    const answer = await client.post('/auth/attempt-verification', { signin_attempt_id: id, code });
    expect(answer).toMatchObject({
      status: 400,
      body: { status: 400, data: null, errors: [{ code: 'VALIDATION_ERROR' }] },
    });
    expect(answer.body.errors[0]?.message).toContain('code');
    expect(answer.body.session.signin_attempts[0]?.id).toBe(id);
    expect(await triesLeft()).toBe(5);
  });

  it.each(badTexts.filter(([name]) => !name.startsWith('with')))(
    'an attempt id %s is VALIDATION_ERROR and names it',
    async (_, id) => {
      const { client, code } = await begun();
      const answer = await client.post('/auth/attempt-verification', { signin_attempt_id: id, code });
      expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
      expect(answer.body.errors[0]?.message).toContain('signin_attempt_id');
    },
  );

  it('two attempt ids, an unknown kind of one and an id beyond 64 bits are refused', async () => {
    const { client, id, code } = await begun();
    const both = await client.post('/auth/attempt-verification', {
      signin_attempt_id: id,
      signup_attempt_id: id,
      code,
    });
    expect(both.code).toBe('VALIDATION_ERROR');
    const kind = await client.post(
      `/auth/attempt-verification?attempt_identifier=${id}&identifier_type=other`,
      { code },
    );
    expect(kind.code).toBe('VALIDATION_ERROR');
    for (const odd of ['9'.repeat(30), 'abc', '-1', '1e3', '\u0000']) {
      expect((await client.verify(odd, code)).code).toBe('INVALID_ATTEMPT');
      expect((await client.prepare(odd)).code).toBe('INVALID_ATTEMPT');
    }
  });

  it.each([
    ['cut off', '{"code":'],
    ['a bare text', '"text"'],
    ['an array', '[1,2]'],
    ['with a repeated key', '{"code":"1","code":"2","signin_attempt_id":"1"}'],
    ['nested 10,000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ])('a body %s is VALIDATION_ERROR, with the session as it is', async (_, body) => {
    const { client, id } = await begun();
    for (const path of POSTS) {
      const answer = await raw(client, path, body);
      expect(answer).toMatchObject({
        status: 400,
        body: { data: null, errors: [{ code: 'VALIDATION_ERROR' }] },
      });
      expect(answer.body.session.signin_attempts[0]?.id).toBe(id);
    }
  });

  it('a body that is too large is 413, and one of another type is VALIDATION_ERROR', async () => {
    const { client } = await begun();
    expect(await raw(client, '/auth/signin', `{"pad":"${'x'.repeat(70_000)}"}`)).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
    expect(await raw(client, '/auth/signin', 'x', 'text/plain')).toMatchObject({
      status: 400,
      code: 'VALIDATION_ERROR',
    });
  });

  it.each([
    ['without a boundary', 'multipart/form-data', 'x'],
    [
      'cut off',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="code"\r\n\r\n12',
    ],
    [
      'with a file',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="code"; filename="a"\r\n\r\n12\r\n--b--\r\n',
    ],
    [
      'with a huge field',
      'multipart/form-data; boundary=b',
      `--b\r\nContent-Disposition: form-data; name="code"\r\n\r\n${'1'.repeat(9000)}\r\n--b--\r\n`,
    ],
    [
      'with too many fields',
      'multipart/form-data; boundary=b',
      `${'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'.repeat(40)}--b--\r\n`,
    ],
  ])('a multipart body %s is a 4xx in the envelope', async (_, type, body) => {
    const { client } = await begun();
    const answer = await raw(client, '/auth/attempt-verification', body, type);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.errors).toHaveLength(1);
  });

  it('an unknown path is 404 and a wrong method 405, in the envelope', async () => {
    const client = new WachtClient(app);
    expect(await client.get('/session/nothing')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    const wrong = await client.get('/auth/signin');
    expect(wrong).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(wrong.headers.get('allow')).toBe('POST');
  });

  it('unknown fields, prototype keys and form fields of the SDK are ignored', async () => {
    const { client, id, code } = await begun();
    const body = `{"__proto__":{"x":1},"constructor":1,"challenge_token":{"a":[1]},"code":"${code}","signin_attempt_id":"${id}"}`;
    expect((await raw(client, '/auth/attempt-verification', body)).status).toBe(200);
  });

  const values = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('bad@example.com', '1', 'email', 'email_otp', 'plain_email'),
  );
  const names = [
    'strategy',
    'email',
    'username',
    'phone',
    'phone_number',
    'password',
    'code',
    'verification_code',
    'token',
    'method',
    'signin_attempt_id',
    'signup_attempt_id',
    'sign_in_id',
    'all_sessions',
    'first_name',
    'last_name',
  ];
  const bodies = fc.oneof(
    fc.dictionary(fc.constantFrom(...names), values).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  const requests = fc.record({
    query: fc.oneof(
      fc.constant(''),
      fc.webQueryParameters().map((query) => `?${query}`),
      fc.constantFrom(
        '?attempt_identifier=1&identifier_type=signin',
        '?attempt_identifier=1&attempt_identifier=2',
        '?token[]=1',
        '?token=%00',
        '?sign_in_id=1&sign_in_id=2',
      ),
    ),
    type: fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data',
      'multipart/form-data; boundary=b',
    ),
    body: bodies,
    cookie: fc.constantFrom(
      undefined,
      '__session=',
      `__session=${'A'.repeat(43)}`,
      '__session=\u00ff; x',
      'a=b; __session=%00',
    ),
  });

  const isEnveloped = ({ status, body }: WachtAnswer) => {
    expect(status).toBeLessThan(500);
    if (status === 302) return;
    expect(body.status).toBe(status);
    expect(Array.isArray(body.errors)).toBe(true);
    expect(body.session.signins).toEqual([]);
  };

  it.each(POSTS)(
    '%s never gives a 5xx nor a sign-in, whatever is sent',
    async (path) => {
      await fuzz(requests, RUNS, async ({ query, type, body, cookie }) => {
        const client = new WachtClient(app);
        client.cookie = cookie;
        isEnveloped(await raw(client, `${path}${query}`, body, type));
      });
    },
    120_000,
  );

  it.each(GETS)(
    '%s never gives a 5xx nor a sign-in, whatever is sent',
    async (path) => {
      await fuzz(requests, RUNS, async ({ query, cookie }) => {
        const client = new WachtClient(app);
        client.cookie = cookie;
        isEnveloped(await client.get(`${path}${query}`));
      });
    },
    120_000,
  );
});
