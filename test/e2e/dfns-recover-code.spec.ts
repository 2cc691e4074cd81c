import { sql } from '@app/database';
import { DfnsClient, type DfnsAnswer } from '../support/dfns-client.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/recover/user/code';
const ORG = 'or-30tnh-itmjs-s235s5ontr3r23h2';
const TENANT = 'acct-24hka-dhili-9hgvdlvr1ohpibp4';
const MINUTE = 60;

describe('POST /auth/recover/user/code', () => {
  let app: TestApp;
  let client: DfnsClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    client = new DfnsClient(app);
  });
  afterAll(() => app.stop());

  const account = (more: object = {}) => app.given.person({ factor: 'email', ...more });
  const mails = (email: string) =>
    app.rows<{ state: string }>(
      sql`SELECT state FROM messages WHERE recipient = ${email} AND template = 'recovery_code'`,
    );

  describe('200', () => {
    it('answers success and mails a code of 16 digits in four groups', async () => {
      const { email } = await account();
      const answer = await client.recoveryCode(email);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ message: 'success' });
      expect(await client.codeIn(email, 1)).toMatch(/^\d{4}-\d{4}-\d{4}-\d{4}$/);
    });

    it('finds the account by user name and phone as well', async () => {
      const { email } = await account({ username: 'lost-ada', phone: '+4915112345678' });
      await client.recoveryCode('Lost-Ada');
      await client.codeIn(email, 1);
      app.clock.advanceSeconds(MINUTE);
      await client.recoveryCode('+49 151 12345678');
      await client.codeIn(email, 2);
    });

    it('takes the organisation and tenant of the account, each and both', async () => {
      const { email } = await account({ orgId: ORG, tenantId: TENANT });
      for (const [index, organisation] of [
        { orgId: ORG },
        { tenantId: TENANT },
        { orgId: ORG, tenantId: TENANT },
      ].entries()) {
        expect((await client.recoveryCode(email, organisation)).status).toBe(200);
        await client.codeIn(email, index + 1);
        app.clock.advanceSeconds(MINUTE);
      }
    });

    it('leaves the codes before it good: a stranger who asks makes none of them worthless', async () => {
      const { email } = await account();
      const first = await client.mailedCode(email);
      app.clock.advanceSeconds(MINUTE);
      const second = await client.mailedCode(email);
      expect((await client.recoveryInit(email, first)).status).toBe(200);
      // One is enough: with it the others are over.
      expect((await client.recoveryInit(email, second)).status).toBe(401);
    });

    it('mails once in 60 seconds and 5 times in an hour, and never says so', async () => {
      const { email } = await account();
      for (let asked = 0; asked < 8; asked += 1) {
        expect((await client.recoveryCode(email)).body).toEqual({ message: 'success' });
        expect((await client.recoveryCode(email)).body).toEqual({ message: 'success' });
        app.clock.advanceSeconds(MINUTE);
      }
      expect(await mails(email)).toHaveLength(5);
      app.clock.advanceSeconds(3600 - 8 * MINUTE);
      await client.recoveryCode(email);
      expect(await mails(email)).toHaveLength(6);
    });

    it('counts purposes apart: a login code does not use up the recovery code', async () => {
      const { email } = await account();
      await client.post('/auth/login/code', { username: email });
      await client.recoveryCode(email);
      expect(await mails(email)).toHaveLength(1);
    });
  });

  describe('400', () => {
    const part = (length: number) => 'a1'.repeat(20).slice(0, length);
    const parameterOf = (answer: DfnsAnswer) =>
      answer.body.error?.details.parameters?.map(({ parameter }) => parameter);

    it.each([
      ['missing', undefined],
      ['null', null],
      ['empty', ''],
      ['a number', 7],
      ['a boolean', true],
      ['a list', ['ada@example.com']],
      ['an object', { a: 1 }],
    ])('names a username that is %s', async (_, username) => {
      const answer = await client.post(PATH, { username });
      expect(answer.status).toBe(400);
      expect(parameterOf(answer)).toEqual(['username']);
      expect(answer.body.error).toMatchObject({
        id: 'invalid_parameters',
        status: 400,
        message: expect.stringContaining('username'),
      });
    });

    it.each([
      ['orgId', 'or'],
      ['tenantId', 'acct'],
    ])('holds %s to its pattern on both sides of every edge', async (property, prefix) => {
      const ask = (value: unknown) =>
        client.post(PATH, { username: 'nobody@example.com', [property]: value });
      for (const length of [14, 15, 16])
        expect((await ask(`${prefix}-abc12-abc12-${part(length)}`)).status).toBe(200);
      const good = part(14);
      const bad: unknown[] = [
        `${prefix}-abc12-abc12-${part(13)}`,
        `${prefix}-abc12-abc12-${part(17)}`,
        `${prefix}-abc1-abc12-${good}`,
        `${prefix}-abc123-abc12-${good}`,
        `${prefix}-abc12-abc12-${good.toUpperCase()}`,
        `${prefix.toUpperCase()}-abc12-abc12-${good}`,
        `x${prefix}-abc12-abc12-${good}`,
        `${prefix}-abc12-abc12-${good}\n`,
        `${prefix}_abc12_abc12_${good}`,
        'a'.repeat(65),
        '',
        null,
        7,
        true,
        [`${prefix}-abc12-abc12-${good}`],
        {},
      ];
      for (const value of bad) {
        const answer = await ask(value);
        expect([value, answer.status, parameterOf(answer)]).toEqual([value, 400, [property]]);
      }
    });

    it.each(['org_id', 'tenant_id', 'email', 'Username', 'constructor', '__proto__', 'toString', '0'])(
      'names the extra property %s and sends nothing',
      async (extra) => {
        const { email } = await account();
        const body = `{"username":${JSON.stringify(email)},${JSON.stringify(extra)}:{"a":1}}`;
        const answer = await client.send(PATH, { body, headers: { 'Content-Type': 'application/json' } });
        expect(answer.status).toBe(400);
        expect(parameterOf(answer)).toEqual([extra]);
        expect(await mails(email)).toEqual([]);
      },
    );

    it.each([
      ['cut off', '{"username":', 'application/json'],
      ['a list', '["ada@example.com"]', 'application/json'],
      ['a text', '"ada@example.com"', 'application/json'],
      ['a number', '7', 'application/json'],
      ['null', 'null', 'application/json'],
      ['with a key twice', '{"username":"a","username":"b"}', 'application/json'],
      ['a form', 'username=ada%40example.com', 'application/x-www-form-urlencoded'],
      ['plain text', '{"username":"ada@example.com"}', 'text/plain'],
    ])('refuses a body that is %s', async (_, body, type) => {
      const answer = await client.send(PATH, { body, headers: { 'Content-Type': type } });
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { id: 'malformed_request', status: 400, details: {} } },
      });
    });

    it('names a username with a NUL, which no account can have', async () => {
      const answer = await client.send(PATH, {
        body: '{"username":"a\\u0000b"}',
        headers: { 'Content-Type': 'application/json' },
      });
      expect([answer.status, parameterOf(answer)]).toEqual([400, ['username']]);
    });

    it('names the username when there is no body at all', async () => {
      expect(parameterOf(await client.post(PATH))).toEqual(['username']);
    });
  });

  describe('other refusals', () => {
    it('are in the protocol’s words: unknown paths, wrong methods, large bodies', async () => {
      expect(await client.post('/auth/recover/nothing', {})).toMatchObject({
        status: 404,
        body: { error: { status: 404, details: {} } },
      });
      const wrong = await client.call('PUT', PATH, { username: 'a' });
      expect(wrong).toMatchObject({ status: 405, body: { error: { status: 405 } } });
      expect(wrong.headers.get('allow')).toBe('POST');
      expect(await client.post(PATH, { username: 'x'.repeat(70_000) })).toMatchObject({
        status: 413,
        body: { error: { status: 413 } },
      });
    });
  });
});
