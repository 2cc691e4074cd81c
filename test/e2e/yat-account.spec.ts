import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { claimsOf, YatClient } from '../support/yat-client.js';

const UUID = /^[0-9a-f-]{36}$/;

describe('accounts of yat clients', () => {
  let app: TestApp;
  let client: YatClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn(secondFactor: 'none' | 'totp' = 'none') {
    const email = `account${(accounts += 1)}@example.com`;
    const { otpauthUri, uuid } = await app.createAccount({ email, secondFactor });
    const { body } = await client.signIn(email);
    if (secondFactor === 'none') return { email, uuid, ...body };
    const code = new Authenticator(app, otpauthUri as string).code();
    return { email, uuid, ...(await client.confirm(body.refresh_token, code)).body };
  }

  describe('POST /users', () => {
    it('answers the current user and tokens that work', async () => {
      const request = {
        email: 'New@Example.com',
        password: 'a long enough password',
        first_name: 'Ada',
        last_name: 'Lovelace',
      };
      const { status, body } = await client.post('/users', { ...request, activate: true, source: 'app' });
      expect(status).toBe(200);
      expect(body).toEqual({
        user: {
          id: expect.stringMatching(UUID),
          email: 'new@example.com',
          alternate_id: null,
          first_name: 'Ada',
          last_name: 'Lovelace',
          created_at: '2026-01-15T12:00:00.000Z',
          updated_at: '2026-01-15T12:00:00.000Z',
          role: 'User',
          is_active: false,
          free_limit: 0,
          remaining_free_emoji: 0,
          two_factor_auth: null,
        },
        role: 'User',
        scopes: ['account:read', 'account:write'],
        global_scopes: [],
        organization_roles: {},
        organization_scopes: {},
        pubkeys: [],
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        has_password: true,
      });
      expect((await client.account(body.access_token)).status).toBe(200);
      expect((await client.signIn('new@example.com', 'a long enough password')).status).toBe(200);
    });

    it('gives no tokens without a password', async () => {
      const { status, body } = await client.post('/users', { alternate_id: 'somebody', source: 'app' });
      expect(status).toBe(200);
      expect(body.user).toMatchObject({ alternate_id: 'somebody', is_active: true });
      expect(body).not.toHaveProperty('refresh_token');
    });

    it.each([
      ['email', { email: 'taken@example.com' }],
      ['alternate_id', { alternate_id: 'taken' }],
    ])('refuses a taken %s with 422 and uniqueness', async (field, request) => {
      const password = 'a long enough password';
      expect((await client.post('/users', { ...request, password })).status).toBe(200);
      const { status, body } = await client.post('/users', { ...request, password });
      expect(status).toBe(422);
      expect(body.fields?.[field]?.[0]?.code).toBe('uniqueness');
    });

    it.each([
      [{}, 'email'],
      [{ email: 'x' }, 'email'],
      [{ email: 'a@example.com', password: 'short' }, 'password'],
      [{ alternate_id: 'a@example.com' }, 'alternate_id'],
      [{ alternate_id: '+4915112345678' }, 'alternate_id'],
      [{ email: 'a@example.com', first_name: 7 }, 'first_name'],
    ])('refuses %j with 422 naming %s', async (request, field) => {
      const { status, body } = await client.post('/users', request);
      expect(status).toBe(422);
      expect(Object.keys(body.fields ?? {})).toEqual([field]);
    });

    it('abuse: of 16 registrations of one address at once one is made', async () => {
      const request = { email: 'race@example.com', password: 'a long enough password' };
      const answers = await Promise.all(Array.from({ length: 16 }, () => client.post('/users', request)));
      expect(answers.map(({ status }) => status).sort()).toEqual([
        200,
        ...Array.from({ length: 15 }, () => 422),
      ]);
    });
  });

  describe('GET /account', () => {
    it('answers the current user', async () => {
      const { access_token, email, uuid } = await signedIn('totp');
      const { status, body } = await client.account(access_token);
      expect(status).toBe(200);
      expect(body.user).toMatchObject({
        id: uuid,
        email,
        is_active: true,
        two_factor_auth: 'GoogleAuthenticator',
      });
    });

    it.each([undefined, '', 'x', 'a.b.c'])('refuses the token %j', async (token) => {
      expect((await client.call('GET', '/account', undefined, token)).status).toBe(401);
    });

    it('abuse: the access token of an ended session is refused at once', async () => {
      const { access_token, refresh_token } = await signedIn();
      await client.refresh(refresh_token);
      app.clock.advanceSeconds(11);
      await client.refresh(refresh_token);
      expect((await client.account(access_token)).status).toBe(401);
    });
  });

  describe('PATCH /account', () => {
    it('changes names and answers them', async () => {
      const { access_token } = await signedIn();
      const { status, body } = await client.call(
        'PATCH',
        '/account',
        { first_name: 'Grace', alternate_id: 'Grace.H' },
        access_token,
      );
      expect(status).toBe(200);
      expect(body.user).toMatchObject({ first_name: 'Grace', alternate_id: 'grace.h' });
    });

    it('answers 424 when the mark has lapsed, and 200 after /auth/2fa', async () => {
      const email = 'mark@example.com';
      const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
      const authenticator = new Authenticator(app, otpauthUri as string);
      let tokens = (
        await client.confirm((await client.signIn(email)).body.refresh_token, authenticator.code())
      ).body;
      expect((await client.call('PATCH', '/account', { first_name: 'A' }, tokens.access_token)).status).toBe(
        200,
      );
      app.clock.advanceSeconds(600);
      tokens = (await client.refresh(tokens.refresh_token)).body;
      app.clock.advanceSeconds(300);
      const stale = await client.call('PATCH', '/account', { first_name: 'B' }, tokens.access_token);
      expect(stale).toMatchObject({
        status: 424,
        body: { error: 'A fresh second factor is needed', fields: {} },
      });
      tokens = (await client.confirm(tokens.refresh_token, authenticator.code())).body;
      expect((await client.call('PATCH', '/account', { first_name: 'B' }, tokens.access_token)).status).toBe(
        200,
      );
    });

    it('asks an account without a second factor for a fresh sign-in only where it is entered by', async () => {
      const { access_token: early, refresh_token } = await signedIn();
      expect(
        (await client.call('PATCH', '/account', { password: 'another long password' }, early)).status,
      ).toBe(200);
      app.clock.advanceSeconds(900);
      const { access_token } = (await client.refresh(refresh_token)).body;
      const patch = async (body: object) =>
        (await client.call('PATCH', '/account', body, access_token)).status;
      expect(await patch({ first_name: 'Late' })).toBe(200);
      expect(await patch({ password: 'a third long password' })).toBe(424);
      expect(await patch({ alternate_id: 'late' })).toBe(424);
    });

    it('tells the owner of a new password', async () => {
      const email = 'told@example.com';
      await app.createAccount({ email, secondFactor: 'none' });
      const { access_token } = (await client.signIn(email)).body;
      const before = app.mailbox.count(email);
      await client.call('PATCH', '/account', { password: 'another long password' }, access_token);
      expect((await app.mailbox.newest(email, before + 1)).subject).toMatch(/password/i);
    });

    it('ends all other sessions with a new password, and keeps this one', async () => {
      const { access_token, refresh_token, email } = await signedIn();
      const other = (await client.signIn(email)).body;
      const password = 'another long password';
      expect((await client.call('PATCH', '/account', { password }, access_token)).status).toBe(200);
      expect((await client.refresh(other.refresh_token)).status).toBe(401);
      expect((await client.refresh(refresh_token)).status).toBe(200);
      expect((await client.signIn(email, PASSWORD)).status).toBe(401);
      expect((await client.signIn(email, password)).status).toBe(200);
    });

    it('refuses a taken name', async () => {
      await app.createAccount({ username: 'held', secondFactor: 'none' });
      const { access_token } = await signedIn();
      const taken = await client.call('PATCH', '/account', { alternate_id: 'held' }, access_token);
      expect(taken.body.fields?.alternate_id?.[0]?.code).toBe('uniqueness');
    });
  });

  describe('POST /logout', () => {
    it('ends every session of the account, in all protocols', async () => {
      const { access_token, refresh_token, email } = await signedIn();
      const other = (await client.signIn(email)).body;
      expect(await client.post('/logout', undefined, access_token)).toMatchObject({
        status: 200,
        body: { message: 'Signed out' },
      });
      for (const token of [access_token, other.access_token])
        expect((await client.account(token)).status).toBe(401);
      for (const token of [refresh_token, other.refresh_token])
        expect((await client.refresh(token)).status).toBe(401);
      const live = await app.rows(
        sql`SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE a.email = ${email} AND ended_at IS NULL`,
      );
      expect(live).toEqual([]);
    });

    it('abuse: a second logout is 401 and touches nobody', async () => {
      const [one, other] = [await signedIn(), await signedIn()];
      await client.post('/logout', undefined, one.access_token);
      expect((await client.post('/logout', undefined, one.access_token)).status).toBe(401);
      expect((await client.account(other.access_token)).status).toBe(200);
      expect(claimsOf(other.access_token).sid).not.toBe(claimsOf(one.access_token).sid);
    });
  });
});
