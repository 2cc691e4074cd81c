import { sql } from '@app/database';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const PATHS = [
  '/user/auth',
  '/user/auth/code/verify',
  '/user/auth/code/resend',
  '/user/session/renew',
  '/user/logout',
  '/user/get_info',
];
const UNKNOWN_HASH = '0'.repeat(32);

describe('bad input to navixy calls', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '1000000' });
    client = new NavixyClient(app);
    await app.createAccount({ email: 'bad@example.com' });
  });
  afterAll(() => app.stop());

  const raw = (
    path: string,
    body: string | Buffer<ArrayBuffer>,
    type = 'application/json',
    headers: Record<string, string> = {},
  ) => client.send(path, { body, headers: { 'Content-Type': type, ...headers } });

  async function pendingHash(): Promise<string> {
    app.clock.advanceSeconds(120);
    return (await client.signIn('bad@example.com')).body.hash;
  }

  const triesLeft = async () =>
    (await app.rows<{ tries_left: number }>(sql`SELECT tries_left FROM attempts ORDER BY id DESC LIMIT 1`))[0]
      ?.tries_left;

  describe('a parameter', () => {
    const badTexts: [string, unknown][] = [
      ['missing', undefined],
      ['null', null],
      ['empty', ''],
      ['a number', 123456],
      ['a boolean', true],
      ['an array', ['123456']],
      ['an object', { a: 1 }],
      ['too long', 'x'.repeat(255)],
      ['with a NUL', '12\u000034'],
      ['with a lone surrogate', '12\ud80034'],
    ];

    it.each(badTexts)('login %s is 7 and names it', async (_, login) => {
      const answer = await client.post('/user/auth', { login, password: PASSWORD });
      expect(answer).toMatchObject({ status: 400, body: { success: false, status: { code: 7 } } });
      expect(answer.body.errors?.map((e) => e.parameter)).toEqual(['login']);
    });

    it.each(badTexts)('password %s is 7 and names it', async (_, password) => {
      const answer = await client.post('/user/auth', { login: 'bad@example.com', password });
      expect(answer).toMatchObject({
        status: 400,
        body: { status: { code: 7 }, errors: [{ parameter: 'password' }] },
      });
    });

    it.each(badTexts)('code %s is 7, names it, and spends no try', async (_, code) => {
      const hash = await pendingHash();
      const answer = await client.post('/user/auth/code/verify', { code }, hash);
      expect(answer).toMatchObject({
        status: 400,
        body: { status: { code: 7 }, errors: [{ parameter: 'code' }] },
      });
      expect(await triesLeft()).toBe(5);
    });

    it.each([
      ['a fraction', 1.5],
      ['negative', -1],
      ['a text', 'seven'],
      ['an array', [7]],
      ['beyond exact numbers', 2 ** 53],
    ])('dealer_id %s is 7', async (_, dealer_id) => {
      const answer = await client.post('/user/auth', {
        login: 'bad@example.com',
        password: PASSWORD,
        dealer_id,
      });
      expect(answer.body).toMatchObject({ status: { code: 7 }, errors: [{ parameter: 'dealer_id' }] });
    });

    it('is held to its length on both sides of the edge', async () => {
      const signIn = async (login: string, password: string) =>
        (await client.post('/user/auth', { login, password })).body.status?.code;
      expect(await signIn('l'.repeat(254), 'p'.repeat(40))).toBe(102);
      expect(await signIn('l'.repeat(255), 'p'.repeat(40))).toBe(7);
      expect(await signIn('l'.repeat(254), 'p'.repeat(41))).toBe(7);
      const hash = await pendingHash();
      const verify = async (code: string) => (await client.verify(hash, code)).body.status?.code;
      expect(await verify('1'.repeat(64))).toBe(282);
      expect(await verify('1'.repeat(65))).toBe(7);
    });

    it('twice in the query or in a form is 7', async () => {
      const hash = await pendingHash();
      const inQuery = await client.post(`/user/auth/code/verify?code=1&code=2`, undefined, hash);
      expect(inQuery.body.status?.code).toBe(7);
      const inForm = await raw(
        '/user/auth/code/verify',
        'code=1&code=2',
        'application/x-www-form-urlencoded',
        {
          Authorization: `NVX ${hash}`,
        },
      );
      expect(inForm.body.status?.code).toBe(7);
    });

    it('unknown or of the prototype changes nothing', async () => {
      const body =
        '{"login":"bad@example.com","password":"nope","__proto__":{"admin":true},"constructor":1,"x":{"y":[1]}}';
      expect((await raw('/user/auth', body)).body.status?.code).toBe(102);
    });
  });

  describe('a body', () => {
    it.each([
      ['cut off', '{"login":'],
      ['no JSON', 'login=ada'],
      ['a bare text', '"text"'],
      ['a number', '7'],
      ['an array', '[1,2]'],
      ['with a repeated key', '{"login":"a","login":"b","password":"c"}'],
      ['nested 21 deep', `${'{"a":'.repeat(21)}1${'}'.repeat(21)}`],
      ['nested 10,000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ])('%s is 5', async (_, body) => {
      for (const path of PATHS.slice(0, 2)) {
        const answer = await raw(path, body);
        expect(answer).toMatchObject({ status: 400, body: { success: false, status: { code: 5 } } });
      }
    });

    it('nested 20 deep is read', async () => {
      const deep = `${'{"a":'.repeat(19)}1${'}'.repeat(19)}`;
      const answer = await raw('/user/auth', `{"login":"bad@example.com","password":"nope","x":${deep}}`);
      expect(answer.body.status?.code).toBe(102);
    });

    it('with colons, braces and quotes inside its texts is read', async () => {
      const answer = await client.post('/user/auth', { login: 'a:"{[\\":x', password: ':::{{{"' });
      expect(answer.body.status?.code).toBe(102);
    });

    it('that is not UTF-8 is 5', async () => {
      const bytes = Buffer.concat([
        Buffer.from('{"login":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('","password":"x"}'),
      ]);
      expect((await raw('/user/auth', bytes)).body.status?.code).toBe(5);
    });

    it('of another type, charset or encoding is 5', async () => {
      const body = JSON.stringify({ login: 'bad@example.com', password: PASSWORD });
      for (const type of ['text/plain', 'application/xml', 'application/json; charset=utf-16', 'nonsense']) {
        expect((await raw('/user/auth', body, type)).body.status?.code).toBe(5);
      }
      const encoded = await raw('/user/auth', body, 'application/json', { 'Content-Encoding': 'br2' });
      expect(encoded.body.status?.code).toBe(5);
    });

    it('is read up to 64 KiB, and is 9 with HTTP 412 beyond', async () => {
      const sized = (bytes: number) => {
        const frame = JSON.stringify({ login: 'bad@example.com', password: 'nope', pad: '' });
        return frame.replace('"pad":""', `"pad":"${'x'.repeat(bytes - frame.length)}"`);
      };
      expect((await raw('/user/auth', sized(65_536))).body.status?.code).toBe(102);
      expect(await raw('/user/auth', sized(65_537))).toMatchObject({
        status: 412,
        body: { status: { code: 9 } },
      });
      expect(await raw('/user/auth', 'x'.repeat(5_000_000))).toMatchObject({
        status: 412,
        body: { status: { code: 9 } },
      });
    });
  });

  describe('a hash', () => {
    it.each([
      ['without the space', `NVX${UNKNOWN_HASH}`],
      ['in upper case', `NVX ${'A'.repeat(32)}`],
      ['too short', `NVX ${'0'.repeat(31)}`],
      ['too long', `NVX ${'0'.repeat(33)}`],
      ['empty', 'NVX '],
      ['with something behind it', `NVX ${UNKNOWN_HASH} x`],
    ])('%s is 3', async (_, authorization) => {
      for (const path of PATHS.slice(1)) {
        const answer = await raw(path, '{"code":"123456"}', 'application/json', {
          Authorization: authorization,
        });
        expect(answer).toMatchObject({ status: 400, body: { status: { code: 3 } } });
      }
    });

    it('that is missing, or no text, is 3', async () => {
      for (const path of PATHS.slice(1)) {
        for (const hash of [undefined, null, 7, ['0'.repeat(32)], { a: 1 }]) {
          expect((await client.post(path, { code: '123456', hash })).body.status?.code).toBe(3);
        }
      }
    });
  });

  describe('a path or method', () => {
    it('unknown is 111', async () => {
      for (const path of [
        '/v2/',
        '/v2/nothing',
        '/user/auth/code',
        '/user',
        '/v2/user/auth/code/verify/x',
        '/user/%00',
      ]) {
        expect(await client.post(path)).toMatchObject({
          status: 400,
          body: { success: false, status: { code: 111 } },
        });
      }
    });

    it('wrong is 112 and names the right one', async () => {
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const answer = await client.send('/v2/user/auth/code/verify', { method });
        expect(answer).toMatchObject({ status: 400, body: { status: { code: 112 } } });
        expect(answer.headers.get('allow')).toBe('POST');
      }
    });

    it('that cannot be decoded is not a 5xx', async () => {
      expect((await client.post('/user/%E0%A4%A')).status).toBe(400);
    });
  });
});
