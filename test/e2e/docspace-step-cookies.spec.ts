import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceBrowser } from '../support/docspace-browser.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const name = (type: string) => `asc_confirm_key_${type}`;
const [TFA_AUTH, TFA_ACTIVATION] = [name('TfaAuth'), name('TfaActivation')];

describe('the cookies of docspace steps, in one browser', () => {
  let app: TestApp;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
  });
  afterAll(() => app.stop());

  async function account(secondFactor: 'none' | 'sms' | 'totp', inUse = true) {
    const email = `jar${(accounts += 1)}@example.com`;
    const phone = `+4915112${String(600_000 + accounts)}`;
    const { id, otpauthUri } = await app.createAccount({
      email,
      secondFactor: inUse ? secondFactor : 'none',
      ...(secondFactor === 'sms' && { phone }),
    });
    if (!inUse) await app.rows(sql`UPDATE accounts SET second_factor = ${secondFactor} WHERE id = ${id}`);
    return { id, email, phone, code: () => new Authenticator(app, otpauthUri as string).code() };
  }
  const browse = () => new DocspaceBrowser(app);
  const signIn = async (browser: DocspaceBrowser, userName: string) =>
    (await browser.call('POST', '/authentication', { userName, password: PASSWORD })).body.response;
  const keyOf = ({ confirmUrl }: { confirmUrl?: string | boolean }) =>
    new URL(confirmUrl as string).searchParams.get('key') as string;
  const validate = (browser: DocspaceBrowser, code: string, confirm?: string) =>
    browser.call<boolean>(
      'POST',
      '/settings/tfaapp/validate',
      { code },
      confirm === undefined ? {} : { confirm },
    );
  const setup = async (browser: DocspaceBrowser, confirm?: string) =>
    (await browser.call('GET', '/settings/tfaapp/setup', undefined, confirm === undefined ? {} : { confirm }))
      .status;
  const confirmed = async (browser: DocspaceBrowser, body: object) =>
    (await browser.call('POST', '/authentication/confirm', body)).body.response;

  it('are one at a time: the first step of another sign-in takes the place of the one before', async () => {
    const browser = browse();
    const [used, fresh] = [await account('totp'), await account('totp', false)];
    for (const [{ email }, cookie] of [
      [used, TFA_AUTH],
      [fresh, TFA_ACTIVATION],
      [used, TFA_AUTH],
    ] as const) {
      const step = await signIn(browser, email);
      expect([...browser.jar]).toEqual([[cookie, keyOf(step)]]);
    }
  });

  it('of a sign-in that was left lying do not hide the step of the next one', async () => {
    const browser = browse();
    await signIn(browser, (await account('totp')).email);
    const { email } = await account('totp', false);
    const { tfaKey } = await signIn(browser, email);
    const shown = await browser.call('GET', '/settings/tfaapp/setup');
    expect(shown.body.response).toMatchObject({ manualEntryKey: tfaKey, account: email });
    expect((await validate(browser, new Authenticator(app, tfaKey as string).code())).status).toBe(200);
  });

  it('go with the page of a phone, whose key is in its address alone', async () => {
    const browser = browse();
    const left = await account('totp');
    await signIn(browser, left.email);
    const { email, phone } = await account('sms');
    const key = keyOf(await signIn(browser, email));
    expect([...browser.jar]).toEqual([]);
    const code = await app.mailbox.code(phone);
    expect((await validate(browser, code)).status).toBe(401);
    expect((await validate(browser, code, `type=PhoneAuth&key=${key}`)).status).toBe(200);
  });

  it('go when somebody is signed in, by whichever call', async () => {
    const { email, code } = await account('totp');
    const plain = await account('none');
    const [byKey, byCode, byOther] = [browse(), browse(), browse()];
    for (const browser of [byKey, byCode, byOther]) await signIn(browser, email);
    await byCode.call('POST', `/authentication/${code()}`, { userName: email, password: PASSWORD });
    app.clock.advanceSeconds(30);
    await signIn(byKey, email);
    await validate(byKey, code());
    await signIn(byOther, plain.email);
    for (const { jar } of [byKey, byCode, byOther]) expect([...jar.keys()]).toEqual(['asc_auth_key']);
  });

  it('stay with a wrong code', async () => {
    const browser = browse();
    const { email, code } = await account('totp');
    await signIn(browser, email);
    expect((await validate(browser, '000000')).status).toBe(401);
    expect((await validate(browser, code())).status).toBe(200);
  });

  describe('and the header confirm', () => {
    it('without a key mean the cookie of the type that it names, and any where it names none', async () => {
      const browser = browse();
      await signIn(browser, (await account('totp', false)).email);
      for (const confirm of [
        undefined,
        '',
        'type=',
        'type=TfaActivation',
        'type=tfaactivation&key=',
        'type=TfaActivation&key= ',
      ])
        expect([confirm, await setup(browser, confirm)]).toEqual([confirm, 200]);
      for (const confirm of ['type=TfaAuth', 'type=PhoneAuth&key=', 'type=Auth', 'type=constructor'])
        expect([confirm, await setup(browser, confirm)]).toEqual([confirm, 401]);
    });

    it('with a key mean that key, whatever cookie is there', async () => {
      const [browser, other] = [browse(), browse()];
      const { email } = await account('totp', false);
      const key = keyOf(await signIn(other, email));
      await signIn(browser, (await account('totp')).email);
      expect(await setup(browser, `type=TfaActivation&key=${key}`)).toBe(200);
      await signIn(browser, email);
      for (const wrong of ['x', 'x'.repeat(43), `${key}x`, '\u00fc'])
        expect([wrong, await setup(browser, `type=TfaActivation&key=${wrong}`)]).toEqual([wrong, 401]);
    });

    it('of one type do not take the cookie of another that an older version has left', async () => {
      const browser = browse();
      const { email } = await account('totp', false);
      const fresh = keyOf(await signIn(browser, email));
      browser.jar.set(TFA_AUTH, 'x'.repeat(43));
      expect(await setup(browser, 'type=TfaActivation')).toBe(200);
      expect(await confirmed(browser, { type: 'TfaActivation' })).toEqual({ result: 0, email });
      expect(await confirmed(browser, { type: 'TfaAuth' })).toEqual({ result: 1 });
      expect(browser.jar.get(TFA_ACTIVATION)).toBe(fresh);
    });
  });

  describe('and authentication/confirm', () => {
    it('without a key tell whether that of the named type is good', async () => {
      const browser = browse();
      const { email, code } = await account('totp');
      await signIn(browser, email);
      for (const body of [
        { type: 'TfaAuth' },
        { type: 16, key: '' },
        { type: 'tfaauth', key: ' ', email },
        { type: '16', key: null },
      ])
        expect([body, await confirmed(browser, body)]).toEqual([body, { result: 0, email }]);
      for (const body of [
        {},
        { type: '' },
        { type: 'TfaActivation' },
        { type: 'Auth' },
        { type: 'EmpInvite' },
      ])
        expect([body, await confirmed(browser, body)]).toEqual([body, { result: 1 }]);
      const key = browser.jar.get(TFA_AUTH) as string;
      await validate(browser, code());
      browser.jar.set(TFA_AUTH, key);
      expect(await confirmed(browser, { type: 'TfaAuth' })).toEqual({ result: 1 });
    });

    it('with a key mean that key', async () => {
      const browser = browse();
      await signIn(browser, (await account('totp')).email);
      expect(await confirmed(browser, { type: 'TfaAuth', key: 'x'.repeat(43) })).toEqual({ result: 1 });
    });
  });

  it('abuse: sign-ins that cross in one browser leave it one step, whose key is good', async () => {
    const browser = browse();
    const people = [await account('totp'), await account('totp', false), await account('sms')];
    await Promise.all([...people, ...people].map(({ email }) => signIn(browser, email)));
    expect(browser.jar.size).toBeLessThanOrEqual(1);
    for (const [cookie] of browser.jar)
      expect(await confirmed(browser, { type: cookie.replace('asc_confirm_key_', '') })).toMatchObject({
        result: 0,
      });
  });

  it('abuse: cookies that are none of ours do no harm', async () => {
    const browser = browse();
    for (const value of ['', 'x', 'x'.repeat(44), `"${'x'.repeat(43)}"`, 'x'.repeat(4000)]) {
      browser.jar.set(TFA_ACTIVATION, value);
      expect(await setup(browser)).toBe(401);
      expect(await confirmed(browser, { type: 'TfaActivation' })).toEqual({ result: 1 });
    }
  });
});
