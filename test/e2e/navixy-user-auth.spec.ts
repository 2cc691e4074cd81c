import { PasswordHasher } from '@app/accounts';
import { sql } from '@app/database';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const WRONG_LOGIN = { success: false, status: { code: 102, description: 'Wrong login or password' } };

describe('POST /user/auth', () => {
  let app: TestApp;
  let client: NavixyClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000' });
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  const freshEmail = () => `auth${(accounts += 1)}@example.com`;

  describe('200', () => {
    it('answers a session hash for an account without a second factor', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const { status, body } = await client.signIn(email);
      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        type: 'authenticated',
        hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      expect((await client.post('/user/get_info', undefined, body.hash)).status).toBe(200);
    });

    it('answers a pending hash and mails a code for an account with a mailed second factor', async () => {
      const email = freshEmail();
      await app.createAccount({ email });
      const { body } = await client.signIn(email);
      expect(body).toMatchObject({ success: true, type: 'second_factor_required', factor_type: 'email' });
      const mail = await app.mailbox.newest(email);
      expect(mail).toMatchObject({ channel: 'email', to: email });
      expect(mail.text).toMatch(/\b\d{6}\b/);
      expect((await client.post('/user/get_info', undefined, body.hash)).body.status?.code).toBe(4);
    });

    it('texts the code to an account whose second factor is its phone', async () => {
      const phone = '+4915112345678';
      await app.createAccount({ email: freshEmail(), phone, secondFactor: 'sms' });
      const { body } = await client.signIn('+49 151 12345678');
      expect(body).toMatchObject({ type: 'second_factor_required', factor_type: 'sms' });
      expect((await client.verify(body.hash, await app.mailbox.code(phone))).status).toBe(200);
    });

    it.each([
      ['e-mail address in other letters', 'ADA@Example.COM '],
      ['user name', 'Ada.L'],
      ['phone number', '+44 20 7946 0958'],
    ])('knows the account by its %s', async (_, login) => {
      await app
        .createAccount({
          email: 'ada@example.com',
          username: 'ada.l',
          phone: '+442079460958',
          secondFactor: 'none',
        })
        .catch(() => undefined);
      expect((await client.signIn(login)).status).toBe(200);
    });

    it('takes a dealer_id that is the account’s organisation, as a number or as text', async () => {
      const login = freshEmail();
      await app.createAccount({ email: login, secondFactor: 'none', orgId: '7' });
      for (const dealer_id of [7, '7', null]) {
        expect((await client.post('/user/auth', { login, password: PASSWORD, dealer_id })).status).toBe(200);
      }
    });

    it('forgets earlier wrong passwords', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      for (let round = 0; round < 3; round += 1) {
        for (let wrong = 0; wrong < 4; wrong += 1) await client.signIn(email, 'not the password');
        expect((await client.signIn(email)).status).toBe(200);
      }
    });
  });

  describe('400', () => {
    it('is 102 for a wrong password, an unknown login and another dealer', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none', orgId: '7' });
      expect(await client.signIn(email, 'not the password')).toMatchObject({
        status: 400,
        body: WRONG_LOGIN,
      });
      expect(await client.signIn(freshEmail())).toMatchObject({ status: 400, body: WRONG_LOGIN });
      const other = await client.post('/user/auth', { login: email, password: PASSWORD, dealer_id: 8 });
      expect(other).toMatchObject({ status: 400, body: WRONG_LOGIN });
    });

    it('is 103 for an account that is not activated, said only to who knows the password', async () => {
      const email = freshEmail();
      const { id } = await app.createAccount({ email });
      await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${id}`);
      expect((await client.signIn(email)).body.status?.code).toBe(103);
      expect((await client.signIn(email, 'not the password')).body.status?.code).toBe(102);
    });

    it('is 105 from the sixth try in a minute on, even with the right password, and says for how long', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      for (let wrong = 0; wrong < 5; wrong += 1) {
        expect((await client.signIn(email, 'not the password')).body.status?.code).toBe(102);
      }
      const locked = await client.signIn(email);
      expect(locked.body.status?.code).toBe(105);
      expect(locked.headers.get('retry-after')).toBe('60');
      app.clock.advanceSeconds(59);
      expect((await client.signIn(email)).body.status?.code).toBe(105);
      app.clock.advanceSeconds(1);
      expect((await client.signIn(email)).status).toBe(200);
    });

    it('does not count wrong passwords of more than a minute ago', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      for (let wrong = 0; wrong < 5; wrong += 1) await client.signIn(email, 'not the password');
      app.clock.advanceSeconds(60);
      expect((await client.signIn(email)).status).toBe(200);
    });

    it('is 209 for an account whose factor has no address', async () => {
      const email = freshEmail();
      const { id } = await app.createAccount({ email });
      await app.rows(
        sql`UPDATE accounts SET username = ${email.split('@')[0]}, email = NULL WHERE id = ${id}`,
      );
      expect((await client.signIn(email.split('@')[0] as string)).body.status?.code).toBe(209);
    });
  });

  it('is 208 with HTTP 403 for a disabled account', async () => {
    const email = freshEmail();
    const { id } = await app.createAccount({ email });
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
    expect(await client.signIn(email)).toMatchObject({ status: 403, body: { status: { code: 208 } } });
  });

  describe('abuse', () => {
    it('lets exactly five of 40 simultaneous wrong passwords be looked at', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => client.signIn(email, 'not the password')),
      );
      const codes = answers.map((answer) => answer.body.status?.code);
      expect(codes.filter((code) => code === 102)).toHaveLength(5);
      expect(codes.filter((code) => code === 105)).toHaveLength(35);
    });

    it('counts what a locked address tries on against nobody: it was not looked at', async () => {
      const strict = await TestApp.start({ PASSWORD_HOURLY_LIMIT: '6' });
      const stubborn = new NavixyClient(strict);
      await strict.createAccount({ email: 'stubborn@example.com' });
      for (let wrong = 0; wrong < 15; wrong += 1) await stubborn.signIn('stubborn@example.com', 'wrong');
      strict.clock.advanceSeconds(60);
      expect((await stubborn.signIn('stubborn@example.com')).status).toBe(200);
      await strict.stop();
    });

    it('holds a login to 20 wrong passwords an hour from all addresses together', async () => {
      const behindProxy = await TestApp.start({
        TRUSTED_PROXIES: 'loopback',
        NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      });
      const proxied = new NavixyClient(behindProxy);
      await behindProxy.createAccount({ email: 'spray@example.com', secondFactor: 'none' });
      const codes: (number | undefined)[] = [];
      for (let i = 0; i < 25; i += 1) {
        const from = { 'X-Forwarded-For': `198.51.100.${i}` };
        codes.push((await proxied.signIn('spray@example.com', 'not the password', from)).body.status?.code);
      }
      expect(codes).toEqual([...Array(20).fill(102), ...Array(5).fill(105)]);
      behindProxy.clock.advanceSeconds(3600);
      expect((await proxied.signIn('spray@example.com')).status).toBe(200);
      await behindProxy.stop();
    });

    it('counts wrong passwords of one account together, by whichever of its names it is called', async () => {
      const email = freshEmail();
      const names = [email, email.split('@')[0] as string, '+4915112340001'];
      await app.createAccount({ email, username: names[1], phone: names[2], secondFactor: 'none' });
      const codes: (number | undefined)[] = [];
      for (let tries = 0; tries < 6; tries += 1)
        codes.push((await client.signIn(names[tries % 3] as string, 'not the password')).body.status?.code);
      expect(codes).toEqual([...Array(5).fill(102), 105]);
      for (const name of names) expect((await client.signIn(name)).body.status?.code).toBe(105);
    });

    it('counts wrong passwords of one IPv6 network together, and of another apart', async () => {
      const behindProxy = await TestApp.start({ TRUSTED_PROXIES: 'loopback' });
      const proxied = new NavixyClient(behindProxy);
      await behindProxy.createAccount({ email: 'six@example.com', secondFactor: 'none' });
      const from = (host: string) => ({ 'X-Forwarded-For': `2001:db8:0:${host}` });
      for (let tries = 0; tries < 5; tries += 1)
        await proxied.signIn('six@example.com', 'not the password', from(`1::${tries}`));
      const same = await proxied.signIn('six@example.com', 'not the password', from('1::ffff'));
      expect(same.body.status?.code).toBe(105);
      const other = await proxied.signIn('six@example.com', undefined, from('2::1'));
      expect(other.status).toBe(200);
      await behindProxy.stop();
    });

    it('answers known and unknown logins alike: status, body, headers, statements', async () => {
      const email = freshEmail();
      await app.createAccount({ email });
      const known = await client.signIn(email, 'not the password');
      const unknown = await client.signIn(freshEmail(), 'not the password');
      const shape = ({ status, body, headers }: typeof known) => ({
        status,
        body,
        headers: [...headers.keys()].sort(),
        length: headers.get('content-length'),
      });
      expect(shape(unknown)).toEqual(shape(known));
    });

    it('opens nothing for an account that was given a second factor while its password was looked at', async () => {
      const email = freshEmail();
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      const hasher = app.nest.get(PasswordHasher, { strict: false });
      const verify = hasher.verify.bind(hasher);
      jest.spyOn(hasher, 'verify').mockImplementationOnce(async (...question) => {
        await app.rows(
          sql`UPDATE accounts SET second_factor = 'email', security_stamp = security_stamp + 1 WHERE id = ${id}`,
        );
        return verify(...question);
      });
      expect((await client.signIn(email)).body.status?.code).toBe(102);
      expect(await app.rows(sql`SELECT FROM sessions WHERE account_id = ${id}`)).toEqual([]);
      expect((await client.signIn(email)).body.type).toBe('second_factor_required');
    });

    it('keeps neither hash nor password in any table', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const { hash } = (await client.signIn(email)).body;
      const [dump] = await app.rows<{ text: string }>(sql`
        SELECT (SELECT json_agg(a)::text FROM accounts a) || (SELECT json_agg(s)::text FROM sessions s)
          || (SELECT json_agg(f)::text FROM audit_events f) AS text`);
      expect(dump?.text).not.toContain(hash);
      expect(dump?.text).not.toContain(PASSWORD);
    });
  });
});
