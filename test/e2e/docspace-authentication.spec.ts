import { pbkdf2Sync } from 'node:crypto';
import type { SecondFactor } from '@app/accounts';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

describe('POST /api/2.0/authentication', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const account = (factor: SecondFactor, more: object = {}) => app.given.person({ factor, ...more });

  describe('200', () => {
    it('answers a token, its end and the cookie for an account without a second factor', async () => {
      const { email } = await account('none');
      const { status, headers, cookies, body } = await client.signIn(email);
      expect(status).toBe(200);
      expect(body).toEqual({
        response: {
          token: expect.stringMatching(/^[\w-]{43}$/),
          expires: '2026-02-14T12:00:00.000Z',
          sms: false,
          tfa: false,
        },
        count: 1,
        links: [{ href: 'http://localhost:0/api/2.0/authentication', action: 'POST' }],
        status: 0,
        statusCode: 200,
      });
      expect(cookies).toEqual({ asc_auth_key: body.response.token });
      expect(headers.getSetCookie()[0]).toMatch(
        /; Path=\/; Expires=Sat, 14 Feb 2026 12:00:00 GMT; HttpOnly; SameSite=Strict$/,
      );
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('leaves the end out of answer and cookie when the session goes with the browser', async () => {
      const { email } = await account('none');
      for (const session of [true, 'true', 'True']) {
        const { headers, body } = await client.signIn(email, PASSWORD, { session });
        expect(body.response).not.toHaveProperty('expires');
        expect(headers.getSetCookie()[0]).not.toContain('Expires');
      }
    });

    it('accepts the token as cookie, raw and as Bearer, and not in a header named like the cookie', async () => {
      const { email } = await account('none');
      const token = (await client.signIn(email)).body.response.token as string;
      expect(await client.isGood({ Cookie: `a=b; asc_auth_key=${token}` })).toBe(true);
      for (const Authorization of [token, `Bearer ${token}`])
        expect(await client.isGood({ Authorization })).toBe(true);
      expect(await client.isGood({ asc_auth_key: token })).toBe(false);
      expect(await client.isGood({ Authorization: `${token}x` })).toBe(false);
      expect(await client.isGood({})).toBe(false);
    });

    it('takes the password as a client hashes it, by the parameters of the settings', async () => {
      const { email } = await account('none');
      const { size, iterations, salt } = (
        await client.call<{ passwordHash: { size: number; iterations: number; salt: string } }>(
          'GET',
          '/settings',
        )
      ).body.response.passwordHash;
      expect({ size, iterations }).toEqual({ size: 256, iterations: 100_000 });
      expect(salt).toMatch(/^[0-9a-f]{64}$/);
      const passwordHash = pbkdf2Sync(PASSWORD, salt, iterations, size / 8, 'sha256').toString('hex');
      expect((await client.call('POST', '/authentication', { userName: email, passwordHash })).status).toBe(
        200,
      );
      expect(
        (await client.call('POST', '/authentication', { userName: email, passwordHash, password: 'x' }))
          .status,
      ).toBe(200);
      expect((await client.signIn(email, passwordHash)).status).toBe(401);
      const wrong = passwordHash.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
      expect(
        (await client.call('POST', '/authentication', { userName: email, passwordHash: wrong })).status,
      ).toBe(401);
    });

    it('texts a code, once as long as it is good, and tells the number with its middle hidden', async () => {
      const { email, phone } = await account('sms');
      const { status, body, cookies } = await client.signIn(email);
      expect(status).toBe(200);
      expect(body.response).toEqual({
        sms: true,
        tfa: false,
        phoneNoise: `+${phone.slice(1, 5)}*****${phone.slice(-4)}`,
        expires: '2026-01-15T12:05:00.000Z',
        confirmUrl: expect.stringMatching(
          /^http:\/\/localhost:0\/confirm\/PhoneAuth\?type=PhoneAuth&key=[\w-]{43}$/,
        ),
      });
      expect(cookies).toEqual({});
      await app.mailbox.newest(phone);
      await Promise.all(Array.from({ length: 4 }, () => client.signIn(email)));
      expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${phone}`)).toHaveLength(1);
    });

    it('texts one code to many first steps at once', async () => {
      const { email, phone } = await account('sms');
      const answers = await Promise.all(Array.from({ length: 5 }, () => client.signIn(email)));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
      expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${phone}`)).toHaveLength(1);
    });

    it('writes the text in the language that the request asks for', async () => {
      const { email, phone } = await account('sms');
      await client.signIn(email, PASSWORD, { culture: 'de-DE' });
      expect((await app.mailbox.newest(phone)).text).toContain('Anmeldecode');
    });

    it('asks for the phone of an account that is to have texts and has no number', async () => {
      const { id, email } = await account('none');
      await app.rows(sql`UPDATE accounts SET second_factor = 'sms' WHERE id = ${id}`);
      const { response } = (await client.signIn(email)).body;
      expect(response).toEqual({
        sms: true,
        tfa: false,
        confirmUrl: expect.stringContaining('/confirm/PhoneActivation?'),
      });
    });

    it('asks for the code of an authenticator', async () => {
      const { email } = await account('totp');
      const { body, cookies } = await client.signIn(email);
      const confirmUrl = body.response.confirmUrl as string;
      expect(body.response).toEqual({
        sms: false,
        tfa: true,
        confirmUrl: expect.stringContaining('/confirm/TfaAuth?type=TfaAuth&key='),
      });
      expect(cookies).toEqual({ asc_confirm_key_TfaAuth: new URL(confirmUrl).searchParams.get('key') });
    });

    it('hands out the secret of an authenticator that is not set up, another each time: the newest counts', async () => {
      const { id, email } = await account('none');
      await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
      const { body, cookies } = await client.signIn(email);
      expect(body.response).toMatchObject({ tfa: true, tfaKey: expect.stringMatching(/^[A-Z2-7]{32}$/) });
      expect(Object.keys(cookies)).toEqual(['asc_confirm_key_TfaActivation']);
      const { tfaKey } = (await client.signIn(email)).body.response;
      expect(tfaKey).not.toBe(body.response.tfaKey);
      const [older, newest] = [body.response.tfaKey, tfaKey].map(
        (key) => new Authenticator(app, String(key)),
      );
      expect((await client.verify(email, String(older?.code()))).status).toBe(401);
      expect((await client.verify(email, String(newest?.code()))).status).toBe(200);
    });

    it('mails the code of an account whose second factor is its mailbox, and calls it tfa', async () => {
      const { email } = await account('email');
      expect((await client.signIn(email)).body.response).toMatchObject({ sms: false, tfa: true });
      expect((await client.verify(email, await app.mailbox.code(email))).status).toBe(200);
    });

    it('makes the language of a success the account’s', async () => {
      const { id, email } = await account('none');
      await client.signIn(email, PASSWORD, { culture: 'some text' });
      await client.signIn(email, PASSWORD, { culture: 'de-de' });
      await client.signIn(email, PASSWORD, { culture: 'sv-SE' });
      expect(await app.rows(sql`SELECT language FROM accounts WHERE id = ${id}`)).toEqual([
        { language: 'de-DE' },
      ]);
    });

    it('knows a person by e-mail address, user name and phone number', async () => {
      const { phone } = await account('none', { username: 'grace.h', phone: '+4915112340001' });
      expect(phone).toBeDefined();
      for (const login of ['GRACE.H', '+49 151 1234 0001'])
        expect((await client.signIn(login)).status).toBe(200);
    });
  });

  describe('400', () => {
    it.each([
      [{}],
      [{ userName: 'ada@example.com' }],
      [{ password: PASSWORD }],
      [{ userName: '', password: PASSWORD }],
      [{ userName: 'ada@example.com', password: '', passwordHash: ' ' }],
      [{ userName: null, password: PASSWORD }],
    ])('is answered for %j', async (body) => {
      const answer = await client.call('POST', '/authentication', body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        error: {
          message: 'userName, password or passworHash is empty',
          type: 'System.ArgumentException',
          hresult: -2147024809,
        },
        status: 1,
        statusCode: 400,
      });
    });
  });

  describe('401', () => {
    it('is the same for a wrong password and an unknown name', async () => {
      const { email } = await account('none');
      const known = await client.signIn(email, 'not the password');
      const unknown = await client.signIn(app.given.email(), 'not the password');
      expect(known.status).toBe(401);
      expect(known.body.error?.message).toBe('User authentication failed');
      expect(unknown.body).toEqual(known.body);
    });
  });

  describe('403', () => {
    it('is answered to who knows the password of a disabled account, and to nobody else', async () => {
      const { id, email } = await account('none');
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
      expect((await client.signIn(email)).body.error?.message).toBe('Auth code is not available');
      expect((await client.signIn(email)).status).toBe(403);
      expect((await client.signIn(email, 'not the password')).status).toBe(401);
    });
  });

  describe('429', () => {
    it('is answered with Retry-After beyond five wrong passwords, also to the right one', async () => {
      const { email } = await account('none');
      for (let wrong = 0; wrong < 5; wrong += 1)
        expect((await client.signIn(email, `wrong ${wrong}`)).status).toBe(401);
      const locked = await client.signIn(email);
      expect(locked.status).toBe(429);
      expect(locked.body.error?.message).toBe('Too many login attempts. Please try again later');
      expect(locked.headers.get('retry-after')).toBe('60');
      app.clock.advanceSeconds(60);
      expect((await client.signIn(email)).status).toBe(200);
    });

    it('counts a clear password and a hashed one together', async () => {
      const { email } = await account('none');
      for (let wrong = 0; wrong < 3; wrong += 1) {
        await client.signIn(email, 'wrong');
        await client.call('POST', '/authentication', { userName: email, passwordHash: 'wrong' });
      }
      expect((await client.signIn(email)).status).toBe(429);
    });
  });

  it('abuse: of 64 simultaneous passwords exactly five are looked at', async () => {
    const { email } = await account('none');
    const answers = await Promise.all(Array.from({ length: 64 }, () => client.signIn(email, 'wrong')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(59);
  });
});
