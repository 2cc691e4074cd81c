import sql from 'sql-template-tag';
import { DfnsClient, type DfnsAnswer } from '../support/dfns-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/recover/user/code';
const ORG = 'or-30tnh-itmjs-s235s5ontr3r23h2';
const OTHER_ORG = 'or-30tnh-itmjs-s235s5ontr3r23h3';
const TENANT = 'acct-24hka-dhili-9hgvdlvr1ohpibp4';
const MINUTE = 60;

describe('POST /auth/recover/user/code', () => {
  let app: TestApp;
  let client: DfnsClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DFNS_REQUESTS_PER_MINUTE_LIMIT: '1000000' });
    client = new DfnsClient(app);
  });
  afterAll(() => app.stop());

  async function account(extra: object = {}) {
    const email = `lost${(accounts += 1)}@example.com`;
    return { email, ...(await app.createAccount({ email, ...extra })) };
  }
  const mails = (email: string) =>
    app.rows<{ state: string }>(sql`SELECT state FROM messages WHERE recipient = ${email} AND template = 'recovery_code'`);

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
      for (const [index, organisation] of [{ orgId: ORG }, { tenantId: TENANT }, { orgId: ORG, tenantId: TENANT }].entries()) {
        expect((await client.recoveryCode(email, organisation)).status).toBe(200);
        await client.codeIn(email, index + 1);
        app.clock.advanceSeconds(MINUTE);
      }
    });

    it('replaces the code before it', async () => {
      const { email } = await account();
      const first = await client.mailedCode(email);
      app.clock.advanceSeconds(MINUTE);
      const second = await client.mailedCode(email);
      expect((await client.recoveryInit(email, first)).status).toBe(401);
      expect((await client.recoveryInit(email, second)).status).toBe(200);
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
    const parameterOf = (answer: DfnsAnswer) => answer.body.error?.details.parameters?.map(({ parameter }) => parameter);

    it.each([
      ['missing', undefined],
      ['null', null],
      ['empty', ''],
      ['a number', 7],
      ['a boolean', true],
      ['a list', ['ada@example.com']],
      ['an object', { a: 1 }],
      ['with a NUL', 'a\0b'],
    ])('names a username that is %s', async (_, username) => {
      const answer = await client.post(PATH, { username });
      expect(answer.status).toBe(400);
      expect(parameterOf(answer)).toEqual(['username']);
      expect(answer.body.error).toMatchObject({ id: 'invalid_parameters', status: 400, message: expect.stringContaining('username') });
    });

    it.each([
      ['orgId', 'or'],
      ['tenantId', 'acct'],
    ])('holds %s to its pattern on both sides of every edge', async (property, prefix) => {
      const ask = (value: unknown) => client.post(PATH, { username: 'nobody@example.com', [property]: value });
      for (const length of [14, 15, 16]) expect((await ask(`${prefix}-abc12-abc12-${part(length)}`)).status).toBe(200);
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
      expect(answer).toMatchObject({ status: 400, body: { error: { id: 'malformed_request', status: 400, details: {} } } });
    });

    it('names the username when there is no body at all', async () => {
      expect(parameterOf(await client.post(PATH))).toEqual(['username']);
    });
  });

  describe('other refusals', () => {
    it('are in the protocol’s words: unknown paths, wrong methods, large bodies', async () => {
      expect(await client.post('/auth/recover/nothing', {})).toMatchObject({ status: 404, body: { error: { status: 404, details: {} } } });
      const wrong = await client.call('PUT', PATH, { username: 'a' });
      expect(wrong).toMatchObject({ status: 405, body: { error: { status: 405 } } });
      expect(wrong.headers.get('allow')).toBe('POST');
      expect(await client.post(PATH, { username: 'x'.repeat(70_000) })).toMatchObject({ status: 413, body: { error: { status: 413 } } });
    });
  });

  describe('429', () => {
    it('limits a caller to 100 calls a minute over all calls of the protocol', async () => {
      const strict = await TestApp.start();
      const caller = new DfnsClient(strict);
      const paths = [PATH, '/auth/login/code', '/auth/recover/user/init'];
      const ask = (index: number) => caller.post(paths[index % paths.length] as string, { username: `caller${index}@example.com` });
      for (let call = 0; call < 100; call += 1) expect((await ask(call)).status).not.toBe(429);
      const answer = await ask(100);
      expect(answer).toMatchObject({ status: 429, body: { error: { status: 429, details: {} } } });
      expect(answer.headers.get('retry-after')).toBe('60');
      strict.clock.advanceSeconds(MINUTE);
      expect((await ask(0)).status).toBe(200);
      await strict.stop();
    });
  });

  describe('abuse', () => {
    const OMITTED = ['date', 'x-request-id'];
    const shown = ({ status, headers, body }: DfnsAnswer) => ({
      status,
      body,
      headers: [...headers].filter(([name]) => !OMITTED.includes(name)),
    });

    it('tells nobody apart: known, unknown, of another organisation, disabled, limited, without address', async () => {
      const known = await account({ orgId: ORG });
      const limited = await account();
      await client.recoveryCode(limited.email);
      const disabled = await account();
      await app.rows(sql`UPDATE accounts SET disabled_at = now() WHERE id = ${disabled.id}`);
      const people: [string, object][] = [
        [known.email, {}],
        ['stranger@example.com', {}],
        ['stranger@example.com', {}],
        [known.email, { orgId: OTHER_ORG }],
        [known.email, { tenantId: TENANT }],
        [limited.email, {}],
        [disabled.email, {}],
      ];
      const counter = new StatementCounter(app);
      const seen = new Set<string>();
      const statements = new Set<string>();
      for (const [username, organisation] of people) {
        const sent = await counter.during(async () => {
          seen.add(JSON.stringify(shown(await client.recoveryCode(username, organisation))));
        });
        statements.add(JSON.stringify(sent));
        expect(sent.length).toBeLessThanOrEqual(4);
      }
      counter.stop();
      expect([...seen]).toHaveLength(1);
      expect([...statements]).toHaveLength(1);
      expect(await mails(known.email)).toHaveLength(1);
      expect(await mails(disabled.email)).toEqual([]);
    });

    it('takes the same time for known and unknown people', async () => {
      const rounds = 60;
      const people = await Promise.all(Array.from({ length: rounds }, () => account()));
      const counter = new StatementCounter(app);
      const time = async (username: string) => {
        const started = performance.now();
        await client.recoveryCode(username);
        return performance.now() - started;
      };
      const known: number[] = [];
      const unknown: number[] = [];
      for (const [index, { email }] of people.entries()) {
        const stranger = `time${index}@example.com`;
        if (index % 2) known.push(await time(email));
        unknown.push(await time(stranger));
        if (!(index % 2)) known.push(await time(email));
      }
      counter.stop();
      const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
      expect(Math.abs(median(known) - median(unknown))).toBeLessThan(Math.max(1.5, median(unknown) / 2));
    });

    it('mails once for 64 simultaneous requests', async () => {
      const { email, id } = await account();
      const answers = await Promise.all(Array.from({ length: 64 }, () => client.recoveryCode(email)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await mails(email)).toHaveLength(1);
      expect(await app.rows(sql`SELECT FROM attempts WHERE account_id = ${id} AND status = 'open'`)).toHaveLength(1);
    });

    it('keeps no code readable, in no table', async () => {
      const { email, id } = await account();
      const digits = (await client.mailedCode(email)).replaceAll('-', '');
      const tables = await app.rows<{ text: string }>(sql`
        SELECT (SELECT json_agg(a)::text FROM attempts a WHERE account_id = ${id}) ||
          (SELECT json_agg(m)::text FROM messages m WHERE account_id = ${id}) ||
          coalesce((SELECT json_agg(e)::text FROM audit_events e WHERE account_id = ${id}), '') AS text`);
      expect(tables[0]?.text).not.toContain(digits.slice(0, 8));
      expect(tables[0]?.text).not.toContain(digits);
    });
  });
});
