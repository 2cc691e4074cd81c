import { randomUUID } from 'node:crypto';
import { sql } from '@app/database';
import { StatementCounter } from '../support/statements.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

interface Call {
  path: string;
  method?: string;
  body: object;
  headers?: Record<string, string>;
}

const SENDS: Record<string, (email: string) => Call> = {
  navixy: (login) => ({ path: '/user/auth', body: { login, password: PASSWORD } }),
  docspace: (userName) => ({ path: '/api/2.0/authentication', body: { userName, password: PASSWORD } }),
  wacht: (email) => ({ path: '/auth/signin', body: { strategy: 'email_otp', email } }),
  yat: (email) => ({ path: '/auth/token', body: { email, password: PASSWORD } }),
  dfns: (username) => ({ path: '/auth/recover/user/code', body: { username } }),
};

describe('a call with an Idempotency-Key', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT: '60' });
  });
  afterAll(() => app.stop());

  const person = async () => {
    const email = `p${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: people % 2 ? 'email' : 'none' });
    app.clock.advanceSeconds(60);
    return email;
  };
  const send = async ({ path, method = 'POST', body, headers }: Call, key?: string) => {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }), ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const { status, headers: answered } = response;
    const said = ['content-type', 'cache-control'].map((name) => answered.get(name));
    return {
      answer: { status, text, said, cookies: answered.getSetCookie() },
      again: answered.get('idempotency-replayed') === 'true',
    };
  };
  const mails = async (email: string) =>
    (
      await app.rows<{ n: number }>(sql`SELECT count(*)::int AS n FROM messages WHERE recipient = ${email}`)
    )[0]?.n;

  describe.each(Object.entries(SENDS))('of %s', (_protocol, callOf) => {
    it('is answered alike when it is repeated, cookies and all, and done once', async () => {
      const email = await person();
      const key = randomUUID();
      const first = await send(callOf(email), key);
      const sent = await mails(email);
      const second = await send(callOf(email), key);
      expect(first.answer.status).toBe(200);
      expect(second.answer).toEqual(first.answer);
      expect([first.again, second.again]).toEqual([false, true]);
      expect(await mails(email)).toBe(sent);
    });

    it('with another body is 422, in the words of the protocol', async () => {
      const key = randomUUID();
      await send(callOf(await person()), key);
      const { answer } = await send(callOf(await person()), key);
      expect([answer.status, answer.text]).toEqual([422, expect.stringMatching(/^\{.*Idempotency-Key/)]);
    });

    it.each(['fifteen-letters', 'x'.repeat(129), 'with a space in it', '"quoted-and-not-closed'])(
      'that is no key (%s) is refused, and nothing is done',
      async (key) => {
        const email = await person();
        const before = await mails(email);
        const { answer } = await send(callOf(email), key);
        expect([answer.status, await mails(email)]).toEqual([400, before]);
      },
    );
  });

  it.each(['sixteen-letters-', 'x'.repeat(128)])('takes a key of each end: %s', async (key) => {
    const call = SENDS['yat']?.(await person()) as Call;
    const [first, second] = [await send(call, key), await send(call, `"${key}"`)];
    expect([second.answer, second.again]).toEqual([first.answer, true]);
  });

  it('is done anew after ten minutes, and not a second earlier', async () => {
    const call = SENDS['yat']?.(await person()) as Call;
    const key = randomUUID();
    await send(call, key);
    app.clock.advanceSeconds(599);
    expect((await send(call, key)).again).toBe(true);
    app.clock.advanceSeconds(1);
    expect((await send(call, key)).again).toBe(false);
    expect((await send(call, key)).again).toBe(true);
  });

  it('that was refused for a while is not answered so for ten minutes', async () => {
    const email = await person();
    const call = SENDS['yat']?.(email) as Call;
    const wrong = { ...call, body: { email, password: 'not this one' } };
    for (let tries = 0; tries < 6; tries += 1) await send(wrong);
    const key = randomUUID();
    expect((await send(call, key)).answer.status).toBe(429);
    app.clock.advanceSeconds(61);
    expect((await send(call, key)).answer.status).toBe(200);
  });

  it('costs a round trip before and one after, one when it is repeated, and none without the header', async () => {
    const call = SENDS['yat']?.(await person()) as Call;
    await send(call);
    const counter = new StatementCounter(app);
    const trips = async (key?: string) => (await counter.during(() => send(call, key))).length;
    const key = randomUUID();
    expect([await trips(), await trips(key), await trips(key)]).toEqual([3, 5, 2]);
    counter.stop();
  });

  describe('an attacker', () => {
    it('with the key and another credential gets no answer of its owner', async () => {
      const email = await person();
      const { answer } = await send(SENDS['yat']?.(email) as Call);
      const { refresh_token } = JSON.parse(answer.text) as { refresh_token: string };
      const refresh = { path: '/auth/token/refresh', body: { refresh_token } };
      const key = randomUUID();
      const owner = await send({ ...refresh, headers: { Authorization: 'Bearer of the owner' } }, key);
      const other = await send({ ...refresh, headers: { Authorization: 'Bearer of another' } }, key);
      expect([owner.again, other.again]).toEqual([false, false]);
    });

    it('with the table reads neither answer, nor key, nor body', async () => {
      const email = await person();
      const key = randomUUID();
      const { answer } = await send(SENDS['yat']?.(email) as Call, key);
      const { access_token } = JSON.parse(answer.text) as { access_token: string };
      const rows = JSON.stringify(await app.rows(sql`SELECT * FROM idempotent_calls`));
      for (const secret of [email, key, PASSWORD, access_token, 'access_token'])
        expect(rows).not.toContain(secret);
      expect(rows).toMatch(/t1\./);
    });

    it('cannot fill the table: a network has so many keys in a minute', async () => {
      app.clock.advanceSeconds(60);
      const call = { path: '/auth/token/refresh', body: { refresh_token: 'of nobody' } };
      const statuses: number[] = [];
      for (let n = 0; n < 61; n += 1) statuses.push((await send(call, randomUUID())).answer.status);
      expect(statuses.filter((status) => status !== 429)).toHaveLength(60);
      expect(statuses.at(-1)).toBe(429);
    });
  });
});
