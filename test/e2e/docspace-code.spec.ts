import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

describe('POST /api/2.0/authentication/{code}', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '10000',
    });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

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
  const outcomesOf = async (accountId: string) =>
    (
      await app.rows<{ outcome: string }>(
        sql`SELECT outcome FROM audit_events WHERE account_id = ${accountId} AND event = 'code.verify' ORDER BY id`,
      )
    ).map((row) => row.outcome);
  const liveSessionsOf = (accountId: string) =>
    app.rows<{ amr: { method: string }[] }>(
      sql`SELECT amr FROM sessions WHERE account_id = ${accountId} AND stage = 'signed_in' AND ended_at IS NULL`,
    );

  describe('200', () => {
    it('signs in with password and texted code in one call', async () => {
      const { id, email, phone, text } = await withSms();
      const code = await text();
      const { status, body, cookies } = await client.verify(email, code);
      expect(status).toBe(200);
      expect(body.response).toEqual({
        token: expect.stringMatching(/^[\w-]{43}$/),
        expires: '2026-02-14T12:00:00.000Z',
        sms: true,
        phoneNoise: `+4915*****${phone.slice(-4)}`,
        tfa: false,
      });
      expect(cookies).toEqual({ asc_auth_key: body.response.token });
      expect(body.links).toEqual([
        { href: 'http://localhost:0/api/2.0/authentication/{code}', action: 'POST' },
      ]);
      expect(await client.isGood({ Authorization: body.response.token as string })).toBe(true);
      expect((await liveSessionsOf(id))[0]?.amr.map(({ method }) => method)).toEqual(['pwd', 'sms']);
      expect(await outcomesOf(id)).toEqual(['redeemed']);
    });

    it('signs in with the code of an authenticator, without a first step', async () => {
      const { id, email, authenticator } = await withAuthenticator();
      const { status, body } = await client.verify(email, authenticator.code());
      expect(status).toBe(200);
      expect(body.response).toMatchObject({ sms: false, tfa: true });
      expect((await liveSessionsOf(id))[0]?.amr.map(({ method }) => method)).toEqual(['pwd', 'otp']);
    });

    it.each([
      ['in the path alone', (code: string) => [code, undefined]],
      ['in the path, with an empty one in the body', (code: string) => [code, ' ']],
      ['in the body, before another one in the path', (code: string) => ['000000', code]],
      ['in the body, with white space', (code: string) => ['{code}', `  ${code}\n`]],
      ['in the path, encoded and with white space', (code: string) => [` ${code} `, undefined]],
    ])('takes the code %s', async (_, place) => {
      const { email, text } = await withSms();
      const [path = '', code] = place(await text());
      const body = { userName: email, password: PASSWORD, code };
      expect((await client.call('POST', `/authentication/${encodeURIComponent(path)}`, body)).status).toBe(
        200,
      );
    });

    it('accepts a code after four wrong ones, one second before its life ends', async () => {
      const { id, email, text } = await withSms();
      const code = await text();
      for (let wrong = 0; wrong < 4; wrong += 1)
        expect((await client.verify(email, otherThan(code))).status).toBe(401);
      app.clock.advanceSeconds(299);
      expect((await client.verify(email, code)).status).toBe(200);
      expect(await budgetOf(id)).toBe(0);
    });

    it('puts an authenticator to use with its first code: older sessions end, the owner is told, backup codes are there', async () => {
      const email = `setup${(accounts += 1)}@example.com`;
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      const { token } = (await client.signIn(email)).body.response;
      await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
      const { tfaKey } = (await client.signIn(email)).body.response;
      const authenticator = new Authenticator(app, tfaKey as string);
      expect((await client.verify(email, '000000')).status).toBe(401);
      const { body } = await client.verify(email, authenticator.code());
      expect(body.response).toMatchObject({ tfa: true, token: expect.any(String) });
      expect(body.response).not.toHaveProperty('tfaKey');
      expect(await client.isGood({ Authorization: token as string })).toBe(false);
      expect((await app.mailbox.newest(email)).subject).toContain('second factor');
      expect(await app.rows(sql`SELECT FROM backup_codes WHERE account_id = ${id}`)).toHaveLength(5);
      expect((await client.signIn(email)).body.response).not.toHaveProperty('tfaKey');
      expect((await client.verify(email, authenticator.code())).status).toBe(401);
    });
  });

  describe('401', () => {
    it('is answered for a wrong code, and the password is not held against its owner', async () => {
      const { id, email, text } = await withSms();
      const code = await text();
      const answer = await client.verify(email, otherThan(code));
      expect(answer.status).toBe(401);
      expect(answer.body.error).toMatchObject({ message: 'User authentication failed' });
      expect(await outcomesOf(id)).toEqual(['wrong']);
      const failures = await app.rows(sql`SELECT FROM password_failures`);
      expect(failures).toEqual([]);
    });

    it('is answered for a wrong password, whatever the code: the code is not looked at', async () => {
      const { id, email, text } = await withSms();
      const code = await text();
      expect((await client.verify(email, code, { password: 'not the password' })).status).toBe(401);
      expect(await budgetOf(id)).toBe(0);
      expect((await client.verify(email, code)).status).toBe(200);
    });

    it('is answered for a code that is expired, superseded or used', async () => {
      const { email, text } = await withSms();
      const expired = await text();
      app.clock.advanceSeconds(300);
      expect((await client.verify(email, expired)).status).toBe(401);
      const superseded = await text();
      expect(
        (await client.call('POST', '/authentication/sendsms', { userName: email, password: PASSWORD }))
          .status,
      ).toBe(200);
      expect((await client.verify(email, superseded)).status).toBe(401);
      app.clock.advanceSeconds(300);
      const used = await text();
      expect((await client.verify(email, used)).status).toBe(200);
      expect((await client.verify(email, used)).status).toBe(401);
    });
  });

  describe('403', () => {
    it('is answered when the account has no second factor, none is set up, or no code was ever sent', async () => {
      const email = `none${(accounts += 1)}@example.com`;
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      const unsent = (await withSms()).email;
      const none = await client.verify(email, '123456');
      expect(none.status).toBe(403);
      expect(none.body.error?.message).toBe('Auth code is not available');
      expect((await client.verify(unsent, '123456')).status).toBe(403);
      await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
      expect((await client.verify(email, '123456')).status).toBe(403);
    });

    it('is answered for a disabled account, whose code stays unused', async () => {
      const { id, email, text } = await withSms();
      const code = await text();
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
      expect((await client.verify(email, code)).status).toBe(403);
      expect(await app.rows(sql`SELECT status FROM attempts WHERE account_id = ${id}`)).toEqual([
        { status: 'open' },
      ]);
    });
  });

  describe('429', () => {
    it('is answered with Retry-After once the five tries of a code are spent, also to the right one', async () => {
      const { email, text } = await withSms();
      const code = await text();
      for (let wrong = 0; wrong < 5; wrong += 1)
        expect((await client.verify(email, otherThan(code))).status).toBe(401);
      const spent = await client.verify(email, code);
      expect(spent.status).toBe(429);
      expect(spent.headers.get('retry-after')).toBe('300');
      expect(spent.body.error?.message).toBe('Too many login attempts. Please try again later');
    });

    it('holds an authenticator to five wrong codes, until another set of tries is due', async () => {
      const { email, authenticator } = await withAuthenticator();
      for (let wrong = 0; wrong < 5; wrong += 1)
        expect((await client.verify(email, authenticator.code(900))).status).toBe(401);
      expect((await client.verify(email, authenticator.code())).status).toBe(429);
      app.clock.advanceSeconds(300);
      expect((await client.verify(email, authenticator.code())).status).toBe(200);
    });
  });
});
