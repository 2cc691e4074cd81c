import { sql } from '@app/database';
import { generateSync } from 'otplib';
import { otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient, type WachtAnswer } from '../support/wacht-client.js';

describe('POST /auth/signin', () => {
  let app: TestApp;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  const freshEmail = () => `signin${(accounts += 1)}@example.com`;

  describe('200', () => {
    it('with plain_email is complete at once for an account without a second factor, under a new cookie', async () => {
      const email = freshEmail();
      const { id: user_id } = await app.createAccount({ email, secondFactor: 'none' });
      const client = new WachtClient(app);
      await client.session();
      const before = client.cookie;
      const { answer } = await client.signInWithPassword(email);
      expect(answer).toMatchObject({ status: 200, body: { message: '', errors: [] } });
      expect(answer.body.data).toEqual(answer.body.session);
      expect(answer.body.session).toMatchObject({
        signin_attempts: [{ method: 'plain_email', completed: true }],
        active_signin: { user_id },
      });
      expect(answer.body.session.signin_attempts[0]).not.toHaveProperty('current_step');
      expect(client.cookie).not.toBe(before);
    });

    it('with plain_username knows the account by its name in any case', async () => {
      await app.createAccount({ email: freshEmail(), username: 'grace.h', secondFactor: 'none' });
      const { answer } = await new WachtClient(app).signIn({
        strategy: 'plain_username',
        username: 'Grace.H',
        password: PASSWORD,
      });
      expect(answer.body.session.signins).toHaveLength(1);
    });

    it('with plain_username knows it by its phone too, and by nothing with an @', async () => {
      const email = freshEmail();
      await app.createAccount({ email, phone: '+4915112345777', secondFactor: 'none' });
      const signIn = (username: string) =>
        new WachtClient(app).signIn({ strategy: 'plain_username', username, password: PASSWORD });
      expect((await signIn('+49 1511 2345-777')).answer.body.session.signins).toHaveLength(1);
      expect((await signIn(email)).answer.status).toBe(401);
    });

    it.each(['email', 'sms', 'totp'] as const)(
      'waits for the second factor %s, and is complete with it',
      async (secondFactor) => {
        const email = freshEmail();
        const phone = secondFactor === 'sms' ? '+4915112345999' : undefined;
        const { otpauthUri } = await app.createAccount({ email, phone, secondFactor });
        const client = new WachtClient(app);
        const { id, answer } = await client.signInWithPassword(email);
        expect(answer.body.session).toMatchObject({
          signin_attempts: [{ id, completed: false, current_step: 'verify_second_factor' }],
          signins: [],
          active_signin: null,
        });
        const code = async () => {
          if (secondFactor === 'totp') {
            const secret = new URL(otpauthUri as string).searchParams.get('secret') as string;
            return generateSync({ secret, epoch: Math.floor(app.clock.now().getTime() / 1000) });
          }
          expect((await client.prepare(id, secondFactor)).status).toBe(200);
          return app.mailbox.code(phone ?? email);
        };
        expect((await client.get('/session/token')).status).toBe(401);
        const done = await client.verify(id, await code());
        expect(done.body.session).toMatchObject({
          signin_attempts: [{ id, completed: true }],
          signins: [{}],
        });
      },
    );

    it('with phone_otp texts the code to the number, however it is written', async () => {
      const phone = '+4915112345678';
      await app.createAccount({ email: freshEmail(), phone, secondFactor: 'none' });
      const client = new WachtClient(app);
      const { id, answer } = await client.signIn({ strategy: 'phone_otp', phone: '+49 151 12345678' });
      expect(answer.body.session.signin_attempts[0]).toMatchObject({
        method: 'phone_otp',
        current_step: 'verify_phone_otp',
      });
      expect((await client.prepare(id, 'sms')).status).toBe(200);
      expect((await client.verify(id, await app.mailbox.code(phone))).body.session.signins).toHaveLength(1);
    });

    it('keeps several accounts in one browser, the newest last and active, and each account once', async () => {
      const [first, second] = [freshEmail(), freshEmail()];
      const ids = [];
      for (const email of [first, second])
        ids.push((await app.createAccount({ email, secondFactor: 'none' })).id);
      const client = new WachtClient(app);
      for (const email of [first, second, first]) {
        app.clock.advanceSeconds(1);
        await client.signInWithPassword(email);
      }
      const { session } = (await client.session()).body;
      expect(session.signins.map(({ user_id }) => user_id)).toEqual([ids[1], ids[0]]);
      expect(session.active_signin?.user_id).toBe(ids[0]);
      expect(session.signin_attempts).toHaveLength(3);
    });
  });

  describe('refused', () => {
    it('is 401 INVALID_CREDENTIALS for a wrong password and an unknown address, alike', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      for (const login of [email, freshEmail()]) {
        const { answer } = await new WachtClient(app).signInWithPassword(login, 'not the password');
        expect(answer).toMatchObject({
          status: 401,
          body: { data: null, errors: [{ code: 'INVALID_CREDENTIALS' }] },
        });
      }
    });

    it('is 403 USER_DISABLED, said only to who knows the password', async () => {
      const email = freshEmail();
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
      expect((await new WachtClient(app).signInWithPassword(email)).answer).toMatchObject({
        status: 403,
        code: 'USER_DISABLED',
      });
      expect((await new WachtClient(app).signInWithPassword(email, 'wrong one')).answer.status).toBe(401);
    });

    it('is 401 for an account that nobody has proven, even with the right password', async () => {
      const email = freshEmail();
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${id}`);
      expect((await new WachtClient(app).signInWithPassword(email)).answer.status).toBe(401);
    });

    it('is 429 TOO_MANY_ATTEMPTS from the sixth wrong password in a minute on', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const client = new WachtClient(app);
      for (let wrong = 0; wrong < 5; wrong += 1) await client.signInWithPassword(email, 'not the password');
      const { answer } = await client.signInWithPassword(email);
      expect(answer).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
      expect(answer.headers.get('retry-after')).toBe('60');
    });

    it.each([
      ['strategy', {}],
      ['provider', { strategy: 'sso' }],
      ['provider', { strategy: 'sso', provider: 'nobody' }],
      ['email', { strategy: 'passkey', email: 'nobody' }],
      ['strategy', { strategy: ['email_otp'] }],
      ['email', { strategy: 'email_otp' }],
      ['email', { strategy: 'magic_link', email: 'no address' }],
      ['email', { strategy: 'plain_email', password: PASSWORD, email: 7 }],
      ['username', { strategy: 'plain_username', password: PASSWORD }],
      ['password', { strategy: 'plain_email', email: 'a@example.com' }],
      ['phone_number', { strategy: 'phone_otp', phone: '12345' }],
    ])('is 400 VALIDATION_ERROR that names %s for %j', async (field, request) => {
      const { answer } = await new WachtClient(app).signIn(request);
      expect(answer).toMatchObject({
        status: 400,
        body: { data: null, errors: [{ code: 'VALIDATION_ERROR' }] },
      });
      expect(answer.body.errors[0]?.message).toContain(field);
    });
  });

  describe('abuse', () => {
    const shapeOf = ({ status, body, headers }: WachtAnswer) => ({
      status,
      body: JSON.parse(JSON.stringify(body).replaceAll(/"\d{15,}"/g, '"id"')) as unknown,
      headers: [...headers.keys()].sort(),
    });

    it('answers known and unknown addresses alike from signin over prepare to six wrong codes', async () => {
      const known = freshEmail();
      await app.createAccount({ email: known, secondFactor: 'none' });
      const course = async (email: string) => {
        const client = new WachtClient(app);
        await client.session();
        const { answer, id } = await client.signIn({ strategy: 'email_otp', email });
        const answers = [answer, await client.prepare(id), await client.prepare(id)];
        for (let wrong = 0; wrong < 6; wrong += 1) answers.push(await client.verify(id, '000000'));
        return answers.map(shapeOf);
      };
      expect(await course(freshEmail())).toEqual(await course(known));
    });

    it('never takes one mailbox for two factors: a code alone opens nothing where the mailbox is the second one', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'email' });
      const client = new WachtClient(app);
      const { id } = await client.signIn({ strategy: 'email_otp', email });
      expect((await client.prepare(id)).status).toBe(200);
      const mail = await app.mailbox.newest(email);
      expect(mail.subject).toContain('with your password');
      expect(mail.text).not.toMatch(/\b\d{6}\b/);
      expect((await client.verify(id, otherThan('000000'))).code).toBe('INVALID_CODE');
    });

    it('does not let an authenticator’s code work twice, nor give more than five tries to eight at once', async () => {
      const email = freshEmail();
      const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
      const secret = new URL(otpauthUri as string).searchParams.get('secret') as string;
      const code = generateSync({ secret, epoch: Math.floor(app.clock.now().getTime() / 1000) });
      const first = new WachtClient(app);
      const { id } = await first.signInWithPassword(email);
      expect((await first.verify(id, code)).status).toBe(200);
      const second = new WachtClient(app);
      const again = await second.signInWithPassword(email);
      expect((await second.verify(again.id, code)).code).toBe('INVALID_CODE');
      const wrong = otherThan(code);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => second.copy().verify(again.id, wrong)),
      );
      expect(answers.filter((answer) => answer.code === 'INVALID_CODE')).toHaveLength(4);
      expect(answers.filter((answer) => answer.code === 'TOO_MANY_ATTEMPTS')).toHaveLength(4);
    });

    it('refuses what a page of another site sends, and takes what a configured one does', async () => {
      const body = { strategy: 'email_otp', email: freshEmail() };
      const from = (headers: object) => new WachtClient(app, { ...headers }).post('/auth/signin', body);
      for (const headers of [
        { Origin: 'https://evil.example.com' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site', Origin: 'https://evil.example.com' },
      ]) {
        expect(await from(headers)).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
      }
      expect((await from({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
    });
  });
});
