import { AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

type SecondFactor = 'none' | 'email' | 'sms' | 'totp';
interface Page {
  url: string;
  cookieName?: string;
  cookieValue?: string;
}

describe('GET /api/2.0/settings/tfaapp/confirm', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  /** Signed in before the account got its second factor. */
  async function signedIn(factor: SecondFactor, phone: string | null = null) {
    const email = `confirm${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    const token = (await client.signIn(email)).body.response.token as string;
    await app.rows(sql`UPDATE accounts SET second_factor = ${factor}, phone = ${phone} WHERE id = ${id}`);
    return { id, email, token };
  }
  const operatorGives = async (email: string, factor: SecondFactor) => {
    const operator = app.nest.get(AccountsService);
    return operator.changeSecondFactor(app.operatorCall(), await operator.find(email), factor);
  };
  const confirm = (token: string) => client.authorized<Page>('GET', '/settings/tfaapp/confirm', token);
  const keyOf = (url: string) => new URL(url).searchParams.get('key') as string;
  const setup = (key: string) =>
    client.call<{ manualEntryKey: string }>('GET', '/settings/tfaapp/setup', undefined, {
      confirm: `type=TfaActivation&key=${key}`,
    });
  const validate = (key: string, code: string) =>
    client.call<boolean>('POST', '/settings/tfaapp/validate', { code }, { confirm: `key=${key}` });
  const isGood = async (key: string) =>
    (await client.call<{ result: number }>('POST', '/authentication/confirm', { key })).body.response
      .result === 0;
  const newPhone = () => `+49151123${String(40_000 + (accounts += 1))}`;

  it('answers the page where an authenticator is set up, with its cookie: the set-up that a sign-in shows too', async () => {
    const { email, token } = await signedIn('totp');
    const { status, body, cookies, headers } = await confirm(token);
    expect(status).toBe(200);
    const key = keyOf(body.response.url);
    const { tfaKey, confirmUrl } = (await client.signIn(email)).body.response;
    expect(body.response).toEqual({
      url: (confirmUrl as string).replace(/key=.*/, `key=${key}`),
      cookieName: 'asc_confirm_key_TfaActivation',
      cookieValue: key,
    });
    expect(new URL(body.response.url).searchParams.get('type')).toBe('TfaActivation');
    expect(cookies).toEqual({ asc_confirm_key_TfaActivation: key });
    expect(headers.get('cache-control')).toBe('no-store');

    expect((await setup(key)).body.response.manualEntryKey).toBe(tfaKey);
    const finished = await validate(key, new Authenticator(app, tfaKey as string).code());
    expect(await client.isGood({ Authorization: finished.cookies.asc_auth_key as string })).toBe(true);
    expect((await client.signIn(email)).body.response).not.toHaveProperty('tfaKey');
  });

  it('answers the page that asks for an authenticator in use, and shows nothing of it', async () => {
    const { email, token } = await signedIn('none');
    const { otpauthUri } = await operatorGives(email, 'totp');
    const { body, cookies } = await confirm(token);
    const key = keyOf(body.response.url);
    expect(new URL(body.response.url).searchParams.get('type')).toBe('TfaAuth');
    expect(body.response).toMatchObject({ cookieName: 'asc_confirm_key_TfaAuth', cookieValue: key });
    expect(cookies).toEqual({ asc_confirm_key_TfaAuth: key });
    expect((await setup(key)).status).toBe(403);
    expect((await validate(key, '000000')).status).toBe(401);
    expect((await validate(key, new Authenticator(app, otpauthUri as string).code())).status).toBe(200);
  });

  it('texts or mails a code, unless one is still good, without a cookie for a phone', async () => {
    const phone = newPhone();
    const texted = await signedIn('sms', phone);
    const first = await confirm(texted.token);
    expect(first.body.response).toEqual({
      url: expect.stringContaining('/confirm/PhoneAuth?type=PhoneAuth&key='),
    });
    expect(first.cookies).toEqual({});
    const code = await app.mailbox.code(phone);
    const second = await confirm(texted.token);
    expect((await validate(keyOf(second.body.response.url), code)).status).toBe(200);
    expect(app.mailbox.count(phone)).toBe(1);

    const mailed = await signedIn('email');
    const { body } = await confirm(mailed.token);
    expect((await validate(keyOf(body.response.url), await app.mailbox.code(mailed.email))).status).toBe(200);
  });

  it('answers the page that asks for a number, where texts have none to go to', async () => {
    const { token } = await signedIn('sms');
    const { body } = await confirm(token);
    expect(body.response).toEqual({ url: expect.stringContaining('/confirm/PhoneActivation?') });
    const number = { mobilePhone: newPhone() };
    const headers = { confirm: `type=PhoneActivation&key=${keyOf(body.response.url)}` };
    expect((await client.call('POST', '/authentication/setphone', number, headers)).status).toBe(200);
  });

  it('has no response, and makes no key, for an account without a second factor', async () => {
    const { id, token } = await signedIn('none');
    const { status, body, cookies } = await confirm(token);
    expect([status, 'response' in body, cookies]).toEqual([200, false, {}]);
    expect(await app.rows(sql`SELECT FROM sessions WHERE account_id = ${id} AND stage = 'pending'`)).toEqual(
      [],
    );
  });

  it('is 401 without a token, with one of nobody, and with one that has ended', async () => {
    expect((await client.call('GET', '/settings/tfaapp/confirm')).status).toBe(401);
    expect((await confirm('x'.repeat(43))).status).toBe(401);
    const { token } = await signedIn('totp');
    await client.authorized('POST', '/authentication/logout', token);
    expect((await confirm(token)).status).toBe(401);
    const disabled = await signedIn('totp');
    await app.rows(sql`UPDATE accounts SET disabled_at = now() WHERE id = ${disabled.id}`);
    expect((await confirm(disabled.token)).status).toBe(401);
  });

  it('is 403 for a session that was not signed in lately, and for a mailbox that would count as both factors', async () => {
    const { token } = await signedIn('totp');
    app.clock.advanceSeconds(899);
    expect((await confirm(token)).status).toBe(200);
    app.clock.advanceSeconds(1);
    expect(await confirm(token)).toMatchObject({
      status: 403,
      body: { error: { message: 'Access denied' } },
    });

    const byMail = await signedIn('email');
    await app.rows(
      sql`UPDATE sessions SET amr = '[{"method": "email", "at": "2026-01-15T12:00:00Z"}]' WHERE account_id = ${byMail.id}`,
    );
    expect((await confirm(byMail.token)).status).toBe(403);
  });

  it('is 405 for another method, and says which is right', async () => {
    const { status, headers } = await client.call('POST', '/settings/tfaapp/confirm', {});
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('is 429 beyond the requests of one address', async () => {
    const small = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1' }, app);
    const limited = new DocspaceClient(small);
    await limited.call('GET', '/settings/tfaapp/confirm');
    const { status, headers } = await limited.call('GET', '/settings/tfaapp/confirm');
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await small.stop();
  });

  it('takes four round trips for an authenticator', async () => {
    const { token } = await signedIn('totp');
    const counter = new StatementCounter(app);
    expect(await counter.during(() => confirm(token))).toHaveLength(4);
    counter.stop();
  });

  describe('abuse', () => {
    it('of 16 keys made at once all show one authenticator; whichever sets it up, the others are dead', async () => {
      const { email, token } = await signedIn('totp');
      const answers = await Promise.all(Array.from({ length: 16 }, () => confirm(token)));
      const keys = answers.map(({ body }) => keyOf(body.response.url));
      expect(new Set(keys).size).toBe(16);
      const shown = await Promise.all(
        keys.map(async (key) => (await setup(key)).body.response.manualEntryKey),
      );
      expect(new Set(shown).size).toBe(1);
      const code = new Authenticator(app, shown[0] as string).code();
      expect((await validate(keys[7] as string, code)).status).toBe(200);
      expect(await Promise.all(keys.map(isGood))).toEqual(keys.map(() => false));
      expect((await client.signIn(email)).body.response).not.toHaveProperty('tfaKey');
    });

    it('sends one text for 16 calls at once', async () => {
      const phone = newPhone();
      const { token } = await signedIn('sms', phone);
      const answers = await Promise.all(Array.from({ length: 16 }, () => confirm(token)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${phone}`)).toHaveLength(1);
    });

    it('lets no key outlive the second factor it was made for', async () => {
      for (const type of ['None', 'Sms']) {
        const { token } = await signedIn('totp');
        const key = keyOf((await confirm(token)).body.response.url);
        const { manualEntryKey } = (await setup(key)).body.response;
        expect((await client.authorized('PUT', '/settings/tfaapp', token, { type })).status).toBe(200);
        expect((await validate(key, new Authenticator(app, manualEntryKey).code())).status).toBe(401);
        expect(await isGood(key)).toBe(false);
      }
    });

    it('makes no session of the key: it opens nothing but the step', async () => {
      const { token } = await signedIn('totp');
      const key = keyOf((await confirm(token)).body.response.url);
      expect(await client.isGood({ Authorization: key })).toBe(false);
      expect((await confirm(key)).status).toBe(401);
      expect((await client.authorized('PUT', '/settings/tfaapp', key, { type: 0 })).status).toBe(401);
    });
  });
});
