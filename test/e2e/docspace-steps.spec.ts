import type { SecondFactor } from '@app/accounts';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

describe('the steps of a docspace sign-in', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', PASSWORD_TRIES_LIMIT: '1000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const account = (factor: SecondFactor) => app.given.person({ factor });
  const keyOf = (answer: { body: { response: { confirmUrl?: string | boolean } } }) =>
    new URL(answer.body.response.confirmUrl as string).searchParams.get('key') as string;
  const sendSms = (userName: string) =>
    client.call('POST', '/authentication/sendsms', { userName, password: PASSWORD });
  const setPhone = (key: string, mobilePhone: string) =>
    client.call(
      'POST',
      '/authentication/setphone',
      { mobilePhone },
      { confirm: `type=PhoneActivation&key=${key}` },
    );
  const validate = (key: string, code: string) =>
    client.call<boolean>(
      'POST',
      '/settings/tfaapp/validate',
      { code },
      { confirm: `type=TfaAuth&key=${key}` },
    );

  describe('POST /authentication/sendsms', () => {
    it('replaces the code of the first step, at once and then once a minute', async () => {
      const { email, phone } = await account('sms');
      await client.signIn(email);
      const first = await app.mailbox.code(phone);
      const { status, body } = await sendSms(email);
      expect(status).toBe(200);
      expect(body.response).toEqual({
        sms: true,
        tfa: false,
        phoneNoise: `+${phone.slice(1, 5)}*****${phone.slice(-4)}`,
        expires: '2026-01-15T12:05:00.000Z',
      });
      const second = await app.mailbox.code(phone, 2);
      if (first !== second) expect((await client.verify(email, first)).status).toBe(401);
      const early = await sendSms(email);
      expect([early.status, early.headers.get('retry-after')]).toEqual([429, '60']);
      expect((await client.verify(email, second)).status).toBe(200);
    });

    it('is 403 for an account that gets no codes, 401 for a wrong password, 400 without one', async () => {
      for (const factor of ['none', 'totp'] as const)
        expect((await sendSms((await account(factor)).email)).status).toBe(403);
      const { email } = await account('sms');
      expect(
        (await client.call('POST', '/authentication/sendsms', { userName: email, password: 'x' })).status,
      ).toBe(401);
      expect((await client.call('POST', '/authentication/sendsms', { userName: email })).status).toBe(400);
    });

    it('abuse: of 16 calls at once one sends', async () => {
      const { email, phone } = await account('sms');
      const answers = await Promise.all(Array.from({ length: 16 }, () => sendSms(email)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
      expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${phone}`)).toHaveLength(1);
    });
  });

  describe('POST /authentication/setphone', () => {
    async function phoneless() {
      const { id, email } = await account('none');
      await app.rows(sql`UPDATE accounts SET second_factor = 'sms' WHERE id = ${id}`);
      return { id, email, key: keyOf(await client.signIn(email)) };
    }

    it('texts a code to the number, whose first right code makes it the account’s', async () => {
      const { id, email, key } = await phoneless();
      const phone = app.given.phone();
      const { status, body } = await setPhone(key, phone);
      expect(status).toBe(200);
      expect(body.response).toMatchObject({
        sms: true,
        phoneNoise: expect.stringContaining('*'),
        expires: expect.any(String),
      });
      expect((await client.verify(email, '000000')).status).toBe(401);
      expect((await client.verify(email, await app.mailbox.code(phone))).body.response).toMatchObject({
        sms: true,
      });
      expect(await app.rows(sql`SELECT phone FROM accounts WHERE id = ${id}`)).toEqual([{ phone }]);
    });

    it('is 401 without the key, 400 for what is no number, 403 for an account that has one', async () => {
      const { key } = await phoneless();
      expect(
        (await client.call('POST', '/authentication/setphone', { mobilePhone: app.given.phone() })).status,
      ).toBe(401);
      expect((await setPhone('x'.repeat(43), app.given.phone())).status).toBe(401);
      expect((await setPhone(key, 'no number')).status).toBe(400);
      const other = await account('sms');
      expect((await setPhone(keyOf(await client.signIn(other.email)), app.given.phone())).status).toBe(403);
    });

    it('abuse: does not take the code of one number for another, nor a number that somebody else has', async () => {
      const { id, email, key } = await phoneless();
      const [first, second] = [app.given.phone(), (await account('sms')).phone];
      await setPhone(key, first);
      const code = await app.mailbox.code(first);
      app.clock.advanceSeconds(60);
      await setPhone(key, second);
      const theirs = await app.mailbox.code(second);
      expect((await client.verify(email, code === theirs ? otherThan(code) : code)).status).toBe(401);
      expect((await client.verify(email, theirs)).status).toBe(400);
      expect(await app.rows(sql`SELECT phone FROM accounts WHERE id = ${id}`)).toEqual([{ phone: null }]);
    });
  });

  describe('POST /settings/tfaapp/validate', () => {
    it('finishes a sign-in by its key: true and the cookie; the key is dead', async () => {
      const { email, authenticator } = await account('totp');
      const key = keyOf(await client.signIn(email));
      expect((await validate(key, '000000')).status).toBe(401);
      const { status, body, cookies } = await validate(key, authenticator.code());
      expect([status, body.response]).toEqual([200, true]);
      expect(await client.isGood({ Cookie: `asc_auth_key=${cookies.asc_auth_key}` })).toBe(true);
      expect((await validate(key, authenticator.code())).status).toBe(401);
    });

    it('takes the key from the cookie of the first step, and a texted code too', async () => {
      const { email, phone } = await account('sms');
      const key = keyOf(await client.signIn(email));
      const Cookie = `asc_confirm_key_TfaAuth=${key}`;
      const code = await app.mailbox.code(phone);
      expect((await client.call('POST', '/settings/tfaapp/validate', { code }, { Cookie })).status).toBe(200);
    });

    it('sets an authenticator up', async () => {
      const { id, email } = await account('none');
      await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
      const step = await client.signIn(email);
      const authenticator = new Authenticator(app, step.body.response.tfaKey as string);
      expect((await validate(keyOf(step), authenticator.code())).status).toBe(200);
      expect((await client.signIn(email)).body.response).not.toHaveProperty('tfaKey');
    });

    it('abuse: of 16 right answers at once one wins; the guesses are those of the account', async () => {
      const { id, email, authenticator } = await account('totp');
      const keys = [keyOf(await client.signIn(email)), keyOf(await client.signIn(email))];
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, i) => validate(keys[i % 2] as string, authenticator.code())),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const [budget] = await app.rows<{ spent: number }>(
        sql`SELECT spent FROM guess_budgets WHERE subject = ${id} AND factor = 'second'`,
      );
      expect(budget?.spent).toBeLessThanOrEqual(5);
    });
  });

  it('abuse: of 8 keys that set one authenticator up at once one wins, and none waits for another in a circle', async () => {
    const { id, email } = await account('none');
    await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
    const steps = [];
    for (let key = 0; key < 8; key += 1) steps.push(await client.signIn(email));
    const code = new Authenticator(app, steps.at(-1)?.body.response.tfaKey as string).code();
    const answers = await Promise.all(steps.map((step) => validate(keyOf(step), code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const [{ deadlocks } = {}] = await app.rows<{ deadlocks: string }>(
      sql`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`,
    );
    expect(deadlocks).toBe('0');
  });

  describe('the key of a confirmUrl', () => {
    it('is good until it is used, and shows the authenticator that is to be set up', async () => {
      const { id, email } = await account('none');
      await app.rows(sql`UPDATE accounts SET second_factor = 'totp' WHERE id = ${id}`);
      const step = await client.signIn(email);
      const key = keyOf(step);
      const confirm = async (type: string | number) =>
        (await client.call('POST', '/authentication/confirm', { key, type, email, first: 'true' })).body
          .response;
      expect([await confirm('TfaActivation'), await confirm(15)]).toEqual([
        { result: 0, email },
        { result: 0, email },
      ]);
      const setup = () =>
        client.call('GET', '/settings/tfaapp/setup', undefined, { confirm: `type=TfaActivation&key=${key}` });
      expect((await setup()).body.response).toEqual({
        account: email,
        manualEntryKey: step.body.response.tfaKey,
        qrCodeSetupImageUrl: expect.stringMatching(/^data:image\/svg/),
      });
      await validate(key, new Authenticator(app, step.body.response.tfaKey as string).code());
      expect(await confirm('TfaActivation')).toEqual({ result: 1 });
      expect((await setup()).status).toBe(401);
    });

    it('shows no secret of an authenticator that is in use', async () => {
      const key = keyOf(await client.signIn((await account('totp')).email));
      const headers = { confirm: `type=TfaActivation&key=${key}` };
      expect((await client.call('GET', '/settings/tfaapp/setup', undefined, headers)).status).toBe(403);
      expect((await client.call('GET', '/settings/tfaapp/setup')).status).toBe(401);
    });
  });
});
