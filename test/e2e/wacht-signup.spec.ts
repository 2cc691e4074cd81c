import { sql } from '@app/database';
import { otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const STRONG = 'gelbe Kanne im Schnee 7';

describe('POST /auth/signup', () => {
  let app: TestApp;
  let quiet: TestApp;
  let people = 0;

  beforeAll(async () => {
    const many = { WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' };
    app = await TestApp.start(many);
    quiet = await TestApp.start({ ...many, SIGNUP_DISCLOSES_ACCOUNTS: 'false' }, app);
  });
  afterAll(async () => {
    await quiet.stop();
    await app.stop();
  });

  const freshEmail = () => `signup${(people += 1)}@example.com`;

  async function begun(request: Record<string, unknown>, on = app) {
    const client = new WachtClient(on);
    const { id, answer } = await client.signUp({ password: STRONG, ...request });
    return { client, id, answer };
  }

  async function proven(email: string) {
    const { client, id } = await begun({ email });
    await client.prepareSignUp(id);
    return { client, id, answer: await client.verifySignUp(id, await app.mailbox.code(email)) };
  }

  describe('200', () => {
    it('makes an account when the mailbox is proven by its code, and signs it in', async () => {
      const email = freshEmail();
      const { client, id, answer } = await begun({
        email: email.toUpperCase(),
        username: 'Ada.L',
        first_name: 'Ada',
      });
      const created_at = expect.any(String) as string;
      expect(answer.body.session.signup_attempts).toEqual([
        { id, email, username: 'ada.l', current_step: 'verify_email', created_at },
      ]);
      expect(await app.rows(sql`SELECT id FROM accounts WHERE email = ${email}`)).toEqual([]);
      expect((await client.prepareSignUp(id)).status).toBe(200);
      const before = client.cookie;
      const done = await client.verifySignUp(id, await app.mailbox.code(email));
      expect(done.body.session.signup_attempts).toEqual([{ id, email, username: 'ada.l', created_at }]);
      expect(done.body.session.active_signin).toEqual(done.body.session.signins[0]);
      expect(client.cookie).not.toBe(before);
      const { answer: again } = await new WachtClient(app).signInWithPassword(email, STRONG);
      expect(again.status).toBe(200);
      const rows = await app.rows(
        sql`SELECT username, first_name, password_hash IS NOT NULL AS verifier FROM accounts WHERE email = ${email}`,
      );
      expect(rows).toEqual([{ username: 'ada.l', first_name: 'Ada', verifier: true }]);
      expect(await app.rows(sql`SELECT password_hash FROM sign_ups WHERE id = ${id}`)).toEqual([
        { password_hash: null },
      ]);
    });

    it('writes to its owner in the browser’s language, from the first code on', async () => {
      const email = freshEmail();
      const client = new WachtClient(app, { 'Accept-Language': 'sv, de-AT;q=0.8, en;q=0.5' });
      const { id } = await client.signUp({ password: STRONG, email });
      await client.prepareSignUp(id);
      const { subject } = await app.mailbox.newest(email);
      await client.verifySignUp(id, await app.mailbox.code(email));
      const [account] = await app.rows(sql`SELECT language FROM accounts WHERE email = ${email}`);
      expect([subject, account]).toEqual([expect.stringContaining('Code'), { language: 'de' }]);
      expect((await app.mailbox.newest(email)).text).toContain('Minuten');
    });

    it('asks for both proofs when both an address and a number are given', async () => {
      const [email, phone_number] = [freshEmail(), '+4915112300001'];
      const { client, id } = await begun({ email, phone_number });
      expect((await client.prepareSignUp(id, 'sms')).code).toBe('MISSING_CONTACT_INFO');
      await client.prepareSignUp(id);
      const half = await client.verifySignUp(id, await app.mailbox.code(email));
      expect(half.body.session).toMatchObject({
        signup_attempts: [{ id, current_step: 'verify_phone' }],
        signins: [],
      });
      await client.prepareSignUp(id, 'sms');
      const done = await client.verifySignUp(id, await app.mailbox.code(phone_number));
      expect(done.body.session.signins).toHaveLength(1);
      const [account] = await app.rows(sql`SELECT email, phone FROM accounts WHERE phone = ${phone_number}`);
      expect(account).toEqual({ email, phone: phone_number });
    });

    it('takes a phone alone', async () => {
      const phone_number = '+4915112300002';
      const { client, id, answer } = await begun({ phone_number: '+49 151 12300002' });
      expect(answer.body.session.signup_attempts[0]).toMatchObject({
        email: '',
        username: '',
        current_step: 'verify_phone',
      });
      await client.prepareSignUp(id, 'sms');
      expect(
        (await client.verifySignUp(id, await app.mailbox.code(phone_number))).body.session.signins,
      ).toHaveLength(1);
    });
  });

  describe('refused', () => {
    it.each([
      ['password', { password: 'short' }],
      ['password', { password: 'x'.repeat(129) }],
      ['password', { password: undefined }],
      ['email', { email: undefined }],
      ['email', { email: 'nobody' }],
      ['email', { email: ['a@example.com'] }],
      ['username', { username: 'a@b' }],
      ['username', { username: '1ada' }],
      ['phone_number', { phone_number: '+49' }],
      ['first_name', { first_name: 'x'.repeat(101) }],
      ['last_name', { last_name: 'a\u0000' }],
    ])('is 400 VALIDATION_ERROR that names %s for %j', async (field, request) => {
      const { answer } = await begun({ email: 'ok@example.com', ...request });
      expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
      expect(answer.body.errors[0]?.message).toContain(field);
    });

    it('is 400 WEAK_PASSWORD that says why', async () => {
      const { answer } = await begun({ email: freshEmail(), password: 'password123' });
      expect(answer).toMatchObject({ status: 400, code: 'WEAK_PASSWORD' });
      expect(answer.body.errors[0]?.message).toMatch(/used password/);
      const named = await begun({ email: 'zwickelbauer@example.com', password: 'zwickelbauer' });
      expect(named.answer.code).toBe('WEAK_PASSWORD');
    });

    it('is 409 for a taken address, name and number', async () => {
      const email = freshEmail();
      await app.createAccount({
        email,
        username: 'taken.name',
        phone: '+4915112300003',
        secondFactor: 'none',
      });
      expect((await begun({ email })).answer).toMatchObject({ status: 409, code: 'USER_EXISTS' });
      expect((await begun({ email: freshEmail(), username: 'Taken.Name' })).answer).toMatchObject({
        status: 409,
        code: 'USERNAME_TAKEN',
      });
      expect((await begun({ phone_number: '+4915112300003' })).answer).toMatchObject({
        status: 409,
        code: 'PHONE_EXISTS',
      });
    });
  });

  describe('abuse', () => {
    it('where accounts are not disclosed, answers for a taken address as for a free one, and tells its owner by mail', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const course = async (address: string) => {
        const { client, id, answer } = await begun({ email: address }, quiet);
        const answers = [answer, await client.prepareSignUp(id)];
        for (let wrong = 0; wrong < 6; wrong += 1)
          answers.push(await client.verifySignUp(id, otherThan('000000')));
        return answers.map(({ status, body, headers }) => ({
          status,
          body: JSON.parse(JSON.stringify(body).replaceAll(/"\d{15,}"|"signup[^"]+"/g, '""')) as unknown,
          headers: [...headers.keys()].sort(),
        }));
      };
      const free = freshEmail();
      expect(await course(email)).toEqual(await course(free));
      const notice = await app.mailbox.newest(email);
      expect(notice.subject).toContain('already have an account');
      expect(notice.text).not.toMatch(/\b\d{6}\b/);
      expect((await app.mailbox.newest(free)).text).toMatch(/\b\d{6}\b/);
      const available = async (address: string) =>
        (await new WachtClient(quiet).post('/auth/identifier-availability', { email: address })).body.data
          .available;
      expect([await available(email), await available(freshEmail())]).toEqual([true, true]);
    });

    it('where accounts are not disclosed, tells nothing of a taken number to who signs up with an address of their own', async () => {
      const [mine, phone] = [freshEmail(), '+4915112300004'];
      await app.createAccount({ email: freshEmail(), phone, secondFactor: 'none' });
      const { client, id } = await begun({ email: mine, phone_number: phone }, quiet);
      await client.prepareSignUp(id);
      const half = await client.verifySignUp(id, await app.mailbox.code(mine));
      expect(half.body.session.signup_attempts[0]?.current_step).toBe('verify_phone');
      expect((await client.prepareSignUp(id, 'sms')).status).toBe(200);
      expect((await app.mailbox.newest(phone)).text).toContain('already');
      expect(await app.rows(sql`SELECT id FROM accounts WHERE email = ${mine}`)).toEqual([]);
    });

    it('removes what somebody registered with this address before its owner proved it', async () => {
      const email = freshEmail();
      const planted = await app.createAccount({ email, secondFactor: 'totp' });
      await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${planted.id}`);
      const { answer } = await proven(email);
      expect(answer.status).toBe(200);
      expect((await new WachtClient(app).signInWithPassword(email, PASSWORD)).answer.status).toBe(401);
      const rows = await app.rows<{ id: string; second_factor: string }>(
        sql`SELECT id, second_factor FROM accounts WHERE email = ${email}`,
      );
      expect(rows).toEqual([{ id: answer.body.session.signins[0]?.user_id, second_factor: 'none' }]);
      expect(rows[0]?.id).not.toBe(planted.id);
    });

    it('lets the first proof of an address win: an earlier sign-up with it makes nothing afterwards', async () => {
      const email = freshEmail();
      const attacker = await begun({ email, password: 'attackers own secret 9' });
      await attacker.client.prepareSignUp(attacker.id);
      const attackersCode = await app.mailbox.code(email);
      const owner = await begun({ email });
      await owner.client.prepareSignUp(owner.id);
      expect((await owner.client.verifySignUp(owner.id, await app.mailbox.code(email, 2))).status).toBe(200);
      expect((await attacker.client.verifySignUp(attacker.id, attackersCode)).status).toBe(400);
      expect(
        (await new WachtClient(app).signInWithPassword(email, 'attackers own secret 9')).answer.status,
      ).toBe(401);
    });

    it('does not burn the code when the name was taken meanwhile', async () => {
      const [email, username] = [freshEmail(), 'contested.name'];
      const { client, id } = await begun({ email, username });
      await client.prepareSignUp(id);
      const code = await app.mailbox.code(email);
      const other = await app.createAccount({ email: freshEmail(), username, secondFactor: 'none' });
      expect(await client.verifySignUp(id, code)).toMatchObject({ status: 409, code: 'USERNAME_TAKEN' });
      await app.rows(sql`DELETE FROM accounts WHERE id = ${other.id}`);
      expect((await client.verifySignUp(id, code)).status).toBe(200);
    });

    it('makes one account of 64 simultaneous right codes', async () => {
      const email = freshEmail();
      const { client, id } = await begun({ email });
      await client.prepareSignUp(id);
      const code = await app.mailbox.code(email);
      const answers = await Promise.all(
        Array.from({ length: 64 }, () => client.copy().verifySignUp(id, code)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(await app.rows(sql`SELECT id FROM accounts WHERE email = ${email}`)).toHaveLength(1);
    });
  });
});
