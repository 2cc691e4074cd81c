import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const NEW_PASSWORD = 'gelbe Kanne im Schnee 7';
const FRESH_SECONDS = 900;

describe('the account of who is signed in with a wacht client', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  async function signedIn(secondFactor: 'none' | 'totp' = 'none') {
    const email = `me${(people += 1)}@example.com`;
    const account = await app.createAccount({ email, secondFactor });
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    const authenticator = account.otpauthUri ? new Authenticator(app, account.otpauthUri) : undefined;
    if (authenticator) await client.verify(id, authenticator.code());
    return { email, client, id: account.id, authenticator };
  }
  const outcomes = (id: string, event: string) =>
    app
      .rows<{ outcome: string }>(
        sql`SELECT outcome FROM audit_events WHERE account_id = ${id} AND event = ${event} ORDER BY id`,
      )
      .then((rows) => rows.map(({ outcome }) => outcome));

  describe('GET /me', () => {
    it('shows the account, its address and what it signs in with', async () => {
      const { client, email, id } = await signedIn();
      const { body, status } = await client.get('/me');
      expect(status).toBe(200);
      expect(body.data).toEqual({
        id,
        first_name: '',
        last_name: '',
        username: '',
        email,
        primary_email_address_id: id,
        primary_phone_number_id: '',
        user_email_addresses: [
          { id, email, is_primary: true, verified: true, verified_at: '2026-01-15T12:00:00Z' },
        ],
        user_phone_numbers: [],
        social_connections: [],
        authenticators: [],
        second_factor_policy: 'none',
        second_factor: 'none',
        backup_codes_generated: false,
        has_password: true,
        has_passkeys: false,
        created_at: '2026-01-15T12:00:00Z',
        updated_at: '2026-01-15T12:00:00Z',
      });
      expect((await client.get('/me/email-addresses')).body.data).toEqual(body.data.user_email_addresses);
      expect((await client.get('/me/phone-numbers')).body.data).toEqual([]);
    });

    it('shows an authenticator and a phone', async () => {
      const { client, id } = await signedIn('totp');
      await app.rows(sql`UPDATE accounts SET phone = '+4915112345678' WHERE id = ${id}`);
      const { data } = (await client.get('/me')).body;
      expect(data).toMatchObject({
        authenticators: [{ id }],
        second_factor_policy: 'enforced',
        second_factor: 'totp',
        primary_phone_number_id: id,
        user_phone_numbers: [{ phone_number: '+4915112345678', verified: true }],
      });
    });
  });

  describe('POST /me', () => {
    it('changes names as JSON and as a form, and leaves what is not given', async () => {
      const { client } = await signedIn();
      const changed = await client.post('/me', { first_name: 'Ada', last_name: 'Lovelace' });
      expect(changed.body.data).toMatchObject({ first_name: 'Ada', last_name: 'Lovelace' });
      const form = new FormData();
      form.append('first_name', 'Augusta');
      const { body } = await client.send('/me', { body: form });
      expect(body.data).toMatchObject({ first_name: 'Augusta', last_name: 'Lovelace' });
    });

    it('changes the user name and tells the owner, within 15 minutes of the sign-in and not after', async () => {
      const { client, email } = await signedIn();
      const name = `ada${people}`;
      app.clock.advanceSeconds(FRESH_SECONDS - 1);
      expect((await client.post('/me', { username: name })).body.data).toMatchObject({ username: name });
      expect((await app.mailbox.newest(email)).subject).toContain('user name');
      app.clock.advanceSeconds(1);
      const stale = await client.post('/me', { username: `${name}x` });
      expect(stale).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect((await client.post('/me', { first_name: 'Ada' })).status).toBe(200);
    });

    it('refuses a taken user name, and records it', async () => {
      const one = await signedIn();
      const other = await signedIn();
      await one.client.post('/me', { username: 'taken.name' });
      const refused = await other.client.post('/me', { username: 'Taken.Name' });
      expect(refused).toMatchObject({ status: 409, code: 'USERNAME_TAKEN' });
    });

    it('needs the second factor of the last 15 minutes for any change, where there is one', async () => {
      const { client } = await signedIn('totp');
      app.clock.advanceSeconds(FRESH_SECONDS - 1);
      expect((await client.post('/me', { first_name: 'Ada' })).status).toBe(200);
      app.clock.advanceSeconds(1);
      expect((await client.post('/me', { first_name: 'Eve' })).code).toBe('FORBIDDEN');
    });
  });

  describe('POST /me/update-password', () => {
    const update = (client: WachtClient, current_password?: string, new_password = NEW_PASSWORD) =>
      client.post('/me/update-password', { current_password, new_password });

    it('changes it, ends the other sessions in all protocols, keeps the own one, and tells the owner', async () => {
      const { client, email } = await signedIn();
      const other = new WachtClient(app);
      await other.signInWithPassword(email);
      const yat = new YatClient(app);
      const { access_token } = (await yat.signIn(email)).body;
      app.clock.advanceSeconds(FRESH_SECONDS * 2);
      expect((await update(client, PASSWORD)).body.data).toEqual({ success: true });
      expect((await client.get('/me')).status).toBe(200);
      expect((await other.get('/me')).code).toBe('NOT_AUTHENTICATED');
      expect((await yat.account(access_token)).status).toBe(401);
      expect((await app.mailbox.newest(email)).subject).toContain('password');
      expect((await new WachtClient(app).signInWithPassword(email)).answer.code).toBe('INVALID_CREDENTIALS');
      const again = await new WachtClient(app).signInWithPassword(email, NEW_PASSWORD);
      expect(again.answer.body.session.active_signin).not.toBeNull();
    });

    it('refuses without the current password, with a wrong one, and a weak new one', async () => {
      const { client, id } = await signedIn();
      for (const current of [undefined, 'wrong password']) {
        const refused = await update(client, current);
        expect(refused).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
        expect(refused.body.message).toContain('current_password');
      }
      expect(await update(client, PASSWORD, '12345678')).toMatchObject({
        status: 400,
        code: 'WEAK_PASSWORD',
      });
      expect(await outcomes(id, 'account.update')).toEqual(['password_weak']);
      expect(await outcomes(id, 'password')).toEqual(['accepted', 'wrong']);
    });

    it('needs no password where there is none, but a sign-in of the last 15 minutes', async () => {
      const { client, id } = await signedIn();
      await app.rows(sql`UPDATE accounts SET password_hash = NULL WHERE id = ${id}`);
      app.clock.advanceSeconds(FRESH_SECONDS);
      expect((await update(client)).code).toBe('FORBIDDEN');
      app.clock.advanceSeconds(-1);
      expect((await update(client)).status).toBe(200);
    });

    it('needs the second factor of the last 15 minutes beside the password', async () => {
      const { client } = await signedIn('totp');
      app.clock.advanceSeconds(FRESH_SECONDS);
      expect((await update(client, PASSWORD)).code).toBe('FORBIDDEN');
      app.clock.advanceSeconds(-1);
      expect((await update(client, PASSWORD)).status).toBe(200);
    });

    it('abuse: who holds a session guesses at the password no oftener than anybody', async () => {
      const { client } = await signedIn();
      for (let i = 0; i < 5; i += 1) expect((await update(client, `wrong ${i}`)).status).toBe(400);
      const locked = await update(client, PASSWORD);
      expect(locked).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
      expect(locked.headers.has('retry-after')).toBe(true);
    });
  });

  it.each([
    ['GET', '/me'],
    ['POST', '/me'],
    ['GET', '/me/email-addresses'],
    ['GET', '/me/phone-numbers'],
    ['POST', '/me/update-password'],
    ['GET', '/me/signins'],
    ['POST', '/me/signins/1/signout'],
    ['PATCH', '/me/signins/1/signout'],
    ['POST', '/me/signins/signout-others'],
  ])('abuse: %s %s is nothing for nobody, nor for who waits for the second factor', async (method, path) => {
    const body = method === 'GET' ? undefined : JSON.stringify({ new_password: NEW_PASSWORD });
    const headers = { 'Content-Type': 'application/json' };
    const waiting = new WachtClient(app);
    const { email } = await signedIn('totp');
    await waiting.signInWithPassword(email);
    for (const client of [new WachtClient(app), waiting])
      expect(await client.send(path, { method, body, headers })).toMatchObject({
        status: 401,
        code: 'NOT_AUTHENTICATED',
      });
  });
});
