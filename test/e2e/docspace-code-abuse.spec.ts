import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

describe('abuse of POST /api/2.0/authentication/{code}', () => {
  let app: TestApp;
  let replica: TestApp;
  let client: DocspaceClient;
  let other: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    const manyRequests = {
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '10000',
    };
    app = await TestApp.start(manyRequests);
    replica = await TestApp.start(manyRequests, app);
    client = new DocspaceClient(app);
    other = new DocspaceClient(replica);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  async function withSms() {
    accounts += 1;
    const email = `sms${accounts}@example.com`;
    const phone = `+49151987${String(10_000 + accounts)}`;
    const { id } = await app.createAccount({ email, phone, secondFactor: 'sms' });
    const text = async () => {
      const before = app.mailbox.count(phone);
      await client.signIn(email);
      return app.mailbox.code(phone, before + 1);
    };
    return { id, email, phone, text };
  }

  async function withAuthenticator() {
    const email = `totp${(accounts += 1)}@example.com`;
    const { id, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    return { id, email, authenticator: new Authenticator(app, otpauthUri as string) };
  }

  const budgetOf = async (accountId: string) =>
    (
      await app.rows<{ spent: number }>(
        sql`SELECT spent FROM guess_budgets WHERE subject = ${accountId} AND factor = 'second'`,
      )
    )[0]?.spent;
  const liveSessionsOf = (accountId: string) =>
    app.rows<{ amr: { method: string }[] }>(
      sql`SELECT amr FROM sessions WHERE account_id = ${accountId} AND stage = 'signed_in' AND ended_at IS NULL`,
    );
  const statuses = (answers: { status: number }[], status: number) =>
    answers.filter((answer) => answer.status === status).length;

  it('lets exactly one of 64 simultaneous right answers win, over two processes', async () => {
    const { id, email, text } = await withSms();
    const code = await text();
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => (i % 2 ? client : other).verify(email, code)),
    );
    expect([statuses(answers, 200), statuses(answers, 401)]).toEqual([1, 63]);
    expect(await liveSessionsOf(id)).toHaveLength(1);
  });

  it('counts exactly five of 64 simultaneous wrong answers, of a text and of an authenticator', async () => {
    const sms = await withSms();
    const code = await sms.text();
    const totp = await withAuthenticator();
    const wrong = totp.authenticator.code(900);
    for (const [account, guess] of [
      [sms, otherThan(code)],
      [totp, wrong],
    ] as const) {
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, i) => (i % 2 ? client : other).verify(account.email, guess)),
      );
      // A call that crosses the fifth wrong one is not looked at and may hear either.
      expect(statuses(answers, 401)).toBeGreaterThanOrEqual(5);
      expect(statuses(answers, 401) + statuses(answers, 429)).toBe(64);
      expect((await client.verify(account.email, guess)).status).toBe(429);
      expect(await budgetOf(account.id)).toBe(5);
    }
  });

  it('accepts a code of an authenticator once, of 16 at once and ever after', async () => {
    const { id, email, authenticator } = await withAuthenticator();
    const code = authenticator.code();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) => (i % 2 ? client : other).verify(email, code)),
    );
    expect(statuses(answers, 200)).toBe(1);
    app.clock.advanceSeconds(1);
    expect([401, 429]).toContain((await client.verify(email, code)).status);
    expect(await liveSessionsOf(id)).toHaveLength(1);
  });

  it('accepts a backup code once, of 16 at once and ever after', async () => {
    const { id, email, codes } = await withBackupCodes();
    const [code = ''] = codes;
    const before = (await liveSessionsOf(id)).length;
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) => (i % 2 ? client : other).verify(email, code)),
    );
    expect(statuses(answers, 200)).toBe(1);
    app.clock.advanceSeconds(1);
    expect([401, 429]).toContain((await client.verify(email, code)).status);
    expect(await liveSessionsOf(id)).toHaveLength(before + 1);
    app.clock.advanceSeconds(300);
    expect((await client.verify(email, ` ${codes[1]?.toUpperCase()} `)).status).toBe(200);
  });

  it('gives no guesses back for another code, protocol or address', async () => {
    const { id, email, authenticator } = await withAuthenticator();
    const navixy = new NavixyClient(app);
    const wrong = authenticator.code(90_000);
    for (let i = 0; i < 3; i += 1) {
      for (let guess = 0; guess < 5; guess += 1) await client.verify(email, wrong);
      app.clock.advanceSeconds(300);
    }
    const { hash } = (await navixy.signIn(email)).body;
    for (let guess = 0; guess < 5; guess += 1) await navixy.verify(hash, wrong);
    expect(await budgetOf(id)).toBe(20);
    const spent = await client.verify(email, authenticator.code());
    expect(spent.status).toBe(429);
    expect(Number(spent.headers.get('retry-after'))).toBeGreaterThan(80_000);
    expect((await other.verify(email, authenticator.code())).status).toBe(429);
    app.clock.advanceSeconds(86_400);
    expect((await client.verify(email, authenticator.code())).status).toBe(200);
  });

  it('opens nothing for an account that is disabled at the same moment', async () => {
    const { id, email, text } = await withSms();
    const code = await text();
    const disable = sql`
      WITH shut AS (UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id} RETURNING id)
      SELECT id FROM shut`;
    await Promise.all([client.verify(email, code), app.rows(disable)]);
    await app.rows(
      sql`UPDATE sessions SET ended_at = ${app.clock.now()}, end_reason = 'disabled' WHERE account_id = ${id}`,
    );
    expect((await client.verify(email, code)).status).toBe(403);
  });

  it('does not take another protocol’s code', async () => {
    const { email, phone, text } = await withSms();
    const own = await text();
    const navixy = new NavixyClient(app);
    const { hash } = (await navixy.signIn(email)).body;
    const foreign = await app.mailbox.code(phone, 2);
    expect((await client.verify(email, foreign === own ? otherThan(own) : foreign)).status).toBe(401);
    expect((await navixy.verify(hash, own === foreign ? otherThan(own) : own)).status).toBe(400);
  });

  async function withBackupCodes() {
    const email = `backup${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
    const { tfaKey } = (await client.signIn(email)).body.response;
    const { token } = (await client.verify(email, new Authenticator(app, tfaKey as string).code())).body
      .response;
    const { response } = (
      await client.authorized<{ code: string }[]>('GET', '/settings/tfaappcodes', token as string)
    ).body;
    return { id, email, codes: response.map(({ code }) => code) };
  }
});
