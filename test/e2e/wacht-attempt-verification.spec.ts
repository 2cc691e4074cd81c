import { sql } from '@app/database';
import { otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

describe('POST /auth/attempt-verification', () => {
  let app: TestApp;
  let replica: TestApp;
  let accounts = 0;

  beforeAll(async () => {
    const many = {
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      RESEND_HOURLY_LIMIT: '100',
    };
    app = await TestApp.start(many);
    replica = await TestApp.start(many, app);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  async function begun(secondFactor: 'none' | 'email' | 'sms' | 'totp' = 'none') {
    const email = `attempt${(accounts += 1)}@example.com`;
    const phone = secondFactor === 'sms' ? `+4915112${String(345_000 + accounts)}` : undefined;
    const account = await app.createAccount({ email, phone, secondFactor });
    const client = new WachtClient(app);
    return { email, phone, account, client, ...(await client.begun(email)) };
  }

  const attemptOf = async (accountId: string) =>
    app.rows<{ status: string; tries_left: number }>(
      sql`SELECT status, tries_left FROM attempts WHERE account_id = ${accountId} ORDER BY id`,
    );

  describe('200', () => {
    it('completes the attempt, as the seed shows it: data is the session, with the new sign-in as the active one', async () => {
      const { client, id, code, account } = await begun();
      const { status, body } = await client.verify(id, code);
      expect(status).toBe(200);
      const created_at = '2026-01-15T12:00:00Z';
      const signIn = { id: expect.stringMatching(/^\d+$/), user_id: account.id, created_at };
      const session = {
        signin_attempts: [{ id, method: 'email_otp', completed: true, created_at }],
        signins: [signIn],
        signup_attempts: [],
        active_signin: signIn,
      };
      expect(body).toEqual({ status: 200, message: '', data: session, session, errors: [] });
      expect(body.session.active_signin).toEqual(body.session.signins[0]);
    });

    it('rotates the cookie: the old value is dead, the new one holds the sign-in', async () => {
      const { client, id, code } = await begun();
      const before = client.copy();
      const answer = await client.verify(id, code);
      const [cookie] = answer.headers.getSetCookie();
      expect(answer.headers.getSetCookie()).toHaveLength(1);
      expect(cookie).toMatch(
        /^__session=[\w-]{43}; Max-Age=34560000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
      );
      expect(client.cookie).not.toBe(before.cookie);
      expect((await before.session()).body.session).toMatchObject({
        signins: [],
        signin_attempts: [],
        active_signin: null,
      });
      expect((await client.session()).body.session.signins).toHaveLength(1);
    });

    it('takes the spelling of the SDK: ids in the query, the code as a form field, urlencoded and multipart', async () => {
      const first = await begun();
      const query = (id: string) =>
        `/auth/attempt-verification?attempt_identifier=${id}&identifier_type=signin`;
      const urlencoded = await first.client.send(query(first.id), {
        body: new URLSearchParams({ verification_code: first.code }),
      });
      expect(urlencoded).toMatchObject({
        status: 200,
        body: { data: { signin_attempts: [{ completed: true }] } },
      });
      const second = await begun();
      const form = new FormData();
      form.set('verification_code', second.code);
      form.set('challenge_token', 'ignored');
      const multipart = await second.client.send(query(second.id), { body: form });
      expect(multipart).toMatchObject({
        status: 200,
        body: { data: { signin_attempts: [{ completed: true }] } },
      });
    });

    it('accepts a code one second before its life ends, and the right one after four wrong ones', async () => {
      const { client, id, code } = await begun();
      app.clock.advanceSeconds(299);
      for (let wrong = 0; wrong < 4; wrong += 1)
        expect((await client.verify(id, otherThan(code))).code).toBe('INVALID_CODE');
      expect((await client.verify(id, ` ${code} `)).status).toBe(200);
    });

    it('leads on to a texted second factor, and counts neither sign-in nor account as signed in before it', async () => {
      const { client, id, code, phone } = await begun('sms');
      const first = await client.verify(id, code);
      expect(first).toMatchObject({ status: 200, body: { session: { signins: [], active_signin: null } } });
      expect(first.body.session.signin_attempts).toEqual([
        {
          id,
          method: 'email_otp',
          completed: false,
          current_step: 'verify_second_factor',
          created_at: expect.any(String),
        },
      ]);
      expect((await client.prepare(id, 'email')).code).toBe('MISSING_CONTACT_INFO');
      expect((await client.prepare(id, 'sms')).status).toBe(200);
      const done = await client.verify(id, await app.mailbox.code(phone as string));
      expect(done.body.session).toMatchObject({ signin_attempts: [{ id, completed: true }], signins: [{}] });
      const [row] = await app.rows<{ amr: { method: string }[] }>(
        sql`SELECT amr FROM sessions ORDER BY id DESC LIMIT 1`,
      );
      expect(row?.amr.map(({ method }) => method)).toEqual(['email', 'sms']);
    });
  });

  describe('400', () => {
    it('is INVALID_CODE for a wrong code, with the session as it is', async () => {
      const { client, id, code, account } = await begun();
      const answer = await client.verify(id, otherThan(code));
      expect(answer).toMatchObject({
        status: 400,
        body: { status: 400, data: null, message: 'Invalid verification code' },
      });
      expect(answer.body.errors).toEqual([{ code: 'INVALID_CODE', message: 'Invalid verification code' }]);
      expect(answer.body.session.signin_attempts).toEqual([
        expect.objectContaining({ id, completed: false, current_step: 'verify_email_otp' }),
      ]);
      expect(await attemptOf(account.id)).toEqual([{ status: 'open', tries_left: 4 }]);
    });

    it('is EXPIRED_CODE when the code’s life has ended', async () => {
      const { client, id, code } = await begun();
      app.clock.advanceSeconds(300);
      const answer = await client.verify(id, code);
      expect(answer.body.errors).toEqual([{ code: 'EXPIRED_CODE', message: 'Verification code expired' }]);
    });

    it('is INVALID_ATTEMPT for an unknown id, and for an attempt that is complete', async () => {
      const { client, id, code } = await begun();
      const unknown = await client.verify('123456789', code);
      expect(unknown).toMatchObject({
        status: 400,
        body: { errors: [{ code: 'INVALID_ATTEMPT', message: 'Invalid attempt' }] },
      });
      await client.verify(id, code);
      expect((await client.verify(id, code)).code).toBe('INVALID_ATTEMPT');
    });

    it('is INVALID_ATTEMPT for the attempt of another browser, whose code stays good', async () => {
      const { client, id, code } = await begun();
      const other = new WachtClient(app);
      await other.session();
      expect((await other.verify(id, code)).code).toBe('INVALID_ATTEMPT');
      expect((await new WachtClient(app).verify(id, code)).code).toBe('INVALID_ATTEMPT');
      expect((await client.verify(id, code)).status).toBe(200);
    });

    it('is INVALID_ATTEMPT when the attempt’s time is over', async () => {
      const { client, id, code } = await begun();
      app.clock.advanceSeconds(900);
      expect((await client.verify(id, code)).code).toBe('INVALID_ATTEMPT');
    });

    it('is INVALID_CODE for a code that a newer one has replaced, and before any was sent', async () => {
      const { client, id, code, email } = await begun();
      app.clock.advanceSeconds(60);
      await client.prepare(id);
      const newer = await app.mailbox.code(email, 2);
      expect((await client.verify(id, code === newer ? otherThan(code) : code)).code).toBe('INVALID_CODE');
      expect((await client.verify(id, newer)).status).toBe(200);
      const fresh = await client.signIn({ strategy: 'email_otp', email });
      expect((await client.verify(fresh.id, newer)).code).toBe('INVALID_CODE');
    });

    it('opens nothing for an account that was disabled meanwhile', async () => {
      const { client, id, code, account } = await begun();
      await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${account.id}`);
      expect((await client.verify(id, code)).status).toBe(400);
      expect(await app.rows(sql`SELECT id FROM sessions WHERE account_id = ${account.id}`)).toEqual([]);
    });
  });

  it('is 429 TOO_MANY_ATTEMPTS for the right code after five wrong ones, and says to wait five minutes', async () => {
    const { client, id, code } = await begun();
    for (let wrong = 0; wrong < 5; wrong += 1) await client.verify(id, otherThan(code));
    const answer = await client.verify(id, code);
    expect(answer).toMatchObject({
      status: 429,
      body: { status: 429, message: 'Too many attempts', data: null },
    });
    expect(answer.body.errors).toEqual([
      { code: 'TOO_MANY_ATTEMPTS', message: 'Too many attempts. Wait 5 minutes and try again' },
    ]);
    expect(answer.headers.get('retry-after')).toBe('300');
  });
});
