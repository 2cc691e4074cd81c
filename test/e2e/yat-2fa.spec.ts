import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { claimsOf, YatClient } from '../support/yat-client.js';

describe('POST /auth/2fa', () => {
  let app: TestApp;
  let client: YatClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function withAuthenticator() {
    const email = `mfa${(accounts += 1)}@example.com`;
    const { id, otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const authenticator = new Authenticator(app, otpauthUri as string);
    const pending = async () => (await client.signIn(email)).body;
    return { id, email, authenticator, pending };
  }

  /** An account that set its authenticator up by itself, and so has backup codes. */
  async function withBackupCodes() {
    const email = `backup${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    const { access_token } = (await client.signIn(email)).body;
    const { body } = await client.post(
      '/account/2fa/enable',
      { provider: 'GoogleAuthenticator' },
      access_token,
    );
    const authenticator = new Authenticator(app, body.ga_secret as string);
    expect(
      (await client.post('/account/2fa/confirm', { code: authenticator.code() }, access_token)).status,
    ).toBe(200);
    return {
      email,
      authenticator,
      codes: body.backup_codes as string[],
      pending: async () => (await client.signIn(email)).body,
    };
  }

  it('turns pending tokens into signed-in ones with a mark', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const { refresh_token, access_token, requires_2fa } = await pending();
    expect(requires_2fa).toBe('GoogleAuthenticator');
    expect(claimsOf(access_token)).toMatchObject({ scopes: ['auth:twoFactor'], active2fa: 0 });
    const { status, body } = await client.confirm(refresh_token, authenticator.code());
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('requires_2fa');
    const now = Math.floor(app.clock.now().getTime() / 1000);
    expect(claimsOf(body.access_token)).toMatchObject({
      scopes: ['account:read', 'account:write'],
      amr: ['pwd', 'otp'],
      active2fa: now,
    });
    expect((await client.account(body.access_token)).status).toBe(200);
  });

  it('works with the refresh token of a refresh, which repeats requires_2fa', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const refreshed = await client.refresh((await pending()).refresh_token);
    expect(refreshed.body.requires_2fa).toBe('GoogleAuthenticator');
    expect(claimsOf(refreshed.body.access_token).scopes).toEqual(['auth:twoFactor']);
    expect((await client.confirm(refreshed.body.refresh_token, authenticator.code())).status).toBe(200);
  });

  it('carries the mark through a refresh with its time, and renews it', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const marked = Math.floor(app.clock.now().getTime() / 1000);
    const { body } = await client.confirm((await pending()).refresh_token, authenticator.code());
    app.clock.advanceSeconds(600);
    const refreshed = (await client.refresh(body.refresh_token)).body;
    expect(claimsOf(refreshed.access_token).active2fa).toBe(marked);
    const renewed = (await client.confirm(refreshed.refresh_token, authenticator.code())).body;
    expect(claimsOf(renewed.access_token)).toMatchObject({ active2fa: marked + 600, amr: ['pwd', 'otp'] });
  });

  it.each([
    ['email', 'Email'],
    ['sms', 'SMS'],
  ] as const)('accepts the code that was sent by %s', async (secondFactor, name) => {
    const email = `sent-${secondFactor}@example.com`;
    const phone = '+4915112345670';
    await app.createAccount({ email, secondFactor, ...(secondFactor === 'sms' && { phone }) });
    const { refresh_token, requires_2fa } = (await client.signIn(email)).body;
    expect(requires_2fa).toBe(name);
    const code = await app.mailbox.code(secondFactor === 'sms' ? phone : email);
    expect((await client.confirm(refresh_token, otherThan(code))).status).toBe(401);
    expect((await client.confirm(refresh_token, code)).status).toBe(200);
  });

  it('refuses a wrong code with 401 and leaves the refresh token good', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const { refresh_token } = await pending();
    const wrong = await client.confirm(refresh_token, otherThan(authenticator.code()));
    expect(wrong).toMatchObject({ status: 401, body: { error: 'Wrong code', fields: {} } });
    expect((await client.confirm(refresh_token, authenticator.code())).status).toBe(200);
  });

  it.each(['', '12345', '1234567', 'abcde', 'abcd-efg1'])(
    'refuses the malformed code %j with 422',
    async (code) => {
      const { status, body } = await client.confirm('x', code);
      expect(status).toBe(422);
      expect(Object.keys(body.fields ?? {})).toEqual(['code']);
    },
  );

  it('refuses a code on a session that has no second factor', async () => {
    await app.createAccount({ email: 'plain@example.com', secondFactor: 'none' });
    const { refresh_token } = (await client.signIn('plain@example.com')).body;
    expect((await client.confirm(refresh_token, '123456')).status).toBe(401);
  });

  it('refuses every code after five wrong ones', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const { refresh_token } = await pending();
    for (let wrong = 0; wrong < 5; wrong += 1) await client.confirm(refresh_token, authenticator.code(600));
    expect((await client.confirm(refresh_token, authenticator.code())).status).toBe(401);
  });

  it('lets a pending session wait 900 s, refreshed or not', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const { refresh_token } = await pending();
    app.clock.advanceSeconds(899);
    const refreshed = await client.refresh(refresh_token);
    expect(refreshed.status).toBe(200);
    app.clock.advanceSeconds(1);
    expect((await client.confirm(refreshed.body.refresh_token, authenticator.code())).status).toBe(401);
  });

  it('ends the session on the replay of an old refresh token', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const { refresh_token } = await pending();
    const newest = (await client.refresh(refresh_token)).body.refresh_token;
    app.clock.advanceSeconds(11);
    expect((await client.confirm(refresh_token, authenticator.code())).status).toBe(401);
    expect((await client.refresh(newest)).status).toBe(401);
  });

  it('answers a lost answer: the old token brings the new one back by a refresh', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const { refresh_token } = await pending();
    const lost = (await client.confirm(refresh_token, authenticator.code())).body.refresh_token;
    const again = await client.refresh(refresh_token);
    expect(again.body).toMatchObject({ refresh_token: lost });
    expect(again.body).not.toHaveProperty('requires_2fa');
  });

  it('accepts a backup code once, in either spelling', async () => {
    const { codes, pending } = await withBackupCodes();
    expect(codes).toHaveLength(10);
    const [one, other] = codes as [string, string];
    expect((await client.confirm((await pending()).refresh_token, one)).status).toBe(200);
    expect((await client.confirm((await pending()).refresh_token, one)).status).toBe(401);
    const typed = other.replace('-', '').toUpperCase();
    expect((await client.confirm((await pending()).refresh_token, typed)).status).toBe(200);
  });

  it('abuse: an authenticator code works once, and none of the step before last afterwards', async () => {
    const { authenticator, pending } = await withAuthenticator();
    const [used, earlier, older] = [authenticator.code(), authenticator.code(-30), authenticator.code(-60)];
    expect((await client.confirm((await pending()).refresh_token, older)).status).toBe(401);
    expect((await client.confirm((await pending()).refresh_token, used)).status).toBe(200);
    expect((await client.confirm((await pending()).refresh_token, used)).status).toBe(401);
    expect((await client.confirm((await pending()).refresh_token, earlier)).status).toBe(401);
  });

  it('abuse: 16 sessions at once with one backup code, one gets in', async () => {
    const { codes, pending } = await withBackupCodes();
    const tokens = await Promise.all(Array.from({ length: 16 }, pending));
    const answers = await Promise.all(
      tokens.map(({ refresh_token }) => client.confirm(refresh_token, codes[0] as string)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('abuse: 64 right answers at once on one session all end in one branch, and the code is used once', async () => {
    const { id, authenticator, pending } = await withAuthenticator();
    const { refresh_token } = await pending();
    const code = authenticator.code();
    const answers = await Promise.all(Array.from({ length: 64 }, () => client.confirm(refresh_token, code)));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    const redeemed = await app.rows(
      sql`SELECT id FROM attempts WHERE account_id = ${id} AND status = 'consumed'`,
    );
    expect(redeemed).toHaveLength(1);
  });

  it('abuse: the pending access token opens nothing else', async () => {
    const { pending } = await withAuthenticator();
    const { access_token } = await pending();
    const answers = [
      await client.account(access_token),
      await client.call('PATCH', '/account', { first_name: 'Eve' }, access_token),
      await client.post('/account/2fa', { requires_2fa: null }, access_token),
      await client.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, access_token),
      await client.post('/account/2fa/confirm', { code: '123456' }, access_token),
      await client.post('/account/2fa/disable', {}, access_token),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
  });

  it('abuse: the guesses of an account are counted over its sessions, and the budget is exact', async () => {
    const { authenticator, pending } = await withAuthenticator();
    for (let guess = 0; guess < 20; guess += 1) {
      const { refresh_token } = await pending();
      await client.confirm(refresh_token, authenticator.code(600));
    }
    const { refresh_token } = await pending();
    expect((await client.confirm(refresh_token, authenticator.code())).status).toBe(401);
    app.clock.advanceSeconds(86_400);
    expect((await client.confirm((await pending()).refresh_token, authenticator.code())).status).toBe(200);
  });
});
