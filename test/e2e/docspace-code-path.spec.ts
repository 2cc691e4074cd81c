import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

describe('where POST /api/2.0/authentication/{code} finds its code', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '10000',
    });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  /** Somebody whose code was texted. */
  async function texted() {
    accounts += 1;
    const phone = `+49151456${String(10_000 + accounts)}`;
    const email = `path${accounts}@example.com`;
    const { id } = await app.createAccount({ email, phone, secondFactor: 'sms' });
    await client.signIn(email);
    return { id, email, code: await app.mailbox.code(phone) };
  }
  const post = (path: string, userName: string, more: object = {}) =>
    client.call('POST', `/authentication/${path}`, { userName, password: PASSWORD, ...more });
  const spentBy = async (id: string) => {
    const spent = sql`SELECT spent FROM guess_budgets WHERE subject = ${id} AND factor = 'second'`;
    return (await app.rows<{ spent: number }>(spent))[0]?.spent ?? 0;
  };
  /** Each character as `%` and its number, as no client has to and any may. */
  const encoded = (text: string) => text.replace(/./g, (each) => `%${each.charCodeAt(0).toString(16)}`);

  it.each([
    ['encoded', (code: string) => encoded(code)],
    ['between encoded blanks, a tab and a line break', (code: string) => `%20%09${code}%0D%0A%20`],
    ['before a slash', (code: string) => `${code}/`],
    ['before a query', (code: string) => `${code}?code=000000`],
  ])('takes it from the path %s', async (_, path) => {
    const { email, code } = await texted();
    expect((await post(path(code), email)).status).toBe(200);
  });

  it.each([
    ['an encoded slash', (code: string) => `${code}%2F`],
    ['an encoded slash before it', (code: string) => `%2F${code}`],
    ['an encoded percent sign', (code: string) => `${code}%25`],
    ['%00 encoded once more', (code: string) => `${code}%2500`],
    ['a plus sign, which is no blank in a path', (code: string) => `+${code}+`],
    ['one encoding too many', (code: string) => encoded(code).replaceAll('%', '%25')],
    ['the name of a call instead', () => 'sendmail'],
    ['the template instead', () => '%7Bcode%7D'],
    ['a blank instead', () => '%20'],
    ['a digit too few', (code: string) => code.slice(1)],
    ['a digit too many', (code: string) => `${code}0`],
  ])('refuses a path that can be no code, with %s, and counts no guess', async (_, path) => {
    const { id, email, code } = await texted();
    for (let time = 0; time < 6; time += 1) {
      expect(await post(path(code), email)).toMatchObject({
        status: 400,
        body: { error: { message: 'code must be six digits or a backup code' } },
      });
    }
    expect(await spentBy(id)).toBe(0);
    expect((await post(code, email)).status).toBe(200);
  });

  it.each([
    ['the documented text', 'some text'],
    ['a digit too few', '12345'],
    ['a digit too many', '1234567'],
    ['64 characters', 'x'.repeat(64)],
  ])('takes %s in the body for a wrong code, and counts no guess', async (_, typed) => {
    const { id, email, code } = await texted();
    for (let time = 0; time < 6; time += 1)
      expect((await post(code, email, { code: typed })).status).toBe(401);
    expect(await spentBy(id)).toBe(0);
    const refused = sql`SELECT sum(1 + repeated)::int AS count FROM audit_events WHERE account_id = ${id} AND outcome = 'no_code'`;
    expect(await app.rows(refused)).toEqual([{ count: 6 }]);
    expect((await post(code, email)).status).toBe(200);
  });

  it.each([
    ['null', { code: null }],
    ['an empty one', { code: '' }],
    ['a blank one', { code: ' \t\n' }],
  ])('takes it from the path when the body has %s', async (_, body) => {
    const { email, code } = await texted();
    expect((await post(code, email, body)).status).toBe(200);
  });

  it('looks at the one of the body alone when there are two, whichever is right', async () => {
    const { id, email, code } = await texted();
    expect((await post(code, email, { code: otherThan(code) })).status).toBe(401);
    expect(await spentBy(id)).toBe(1);
    expect((await post(otherThan(code), email, { code })).status).toBe(200);
  });

  it('reads 64 characters of a body as a wrong code and refuses 65, and 10 kB in either place', async () => {
    const { email } = await texted();
    const refusal = { status: 400, body: { error: { message: 'code must be at most 64 characters' } } };
    expect((await post('0', email, { code: 'x'.repeat(64) })).status).toBe(401);
    expect(await post('0', email, { code: 'x'.repeat(65) })).toMatchObject(refusal);
    expect(await post('0', email, { code: 'x'.repeat(10_000) })).toMatchObject(refusal);
    expect((await post('x'.repeat(10_000), email)).status).toBe(400);
    expect((await post('x'.repeat(10_000), email, { code: '000000' })).status).toBe(401);
  });

  it.each(['sms', 'totp'])(
    'takes what is not six digits for wrong while %s is being set up',
    async (factor) => {
      const email = `set-up-${factor}@example.com`;
      const { id } = await app.createAccount({ email, secondFactor: 'none' });
      await app.rows(sql`UPDATE accounts SET second_factor = ${factor} WHERE id = ${id}`);
      const { confirmUrl } = (await client.signIn(email)).body.response;
      const confirm = new URL(String(confirmUrl)).search.slice(1);
      if (factor === 'sms')
        await client.call('POST', '/authentication/setphone', { mobilePhone: '+4915145600000' }, { confirm });
      for (const code of ['12345', 'abc234', '{code}'])
        expect((await post('0', email, { code })).status).toBe(401);
    },
  );

  describe('the documented example, a field at a time beside what is right', () => {
    it.each([
      ['accessToken', 'some text'],
      ['serializedProfile', 'some text'],
      ['codeOAuth', 'some text'],
      ['session', true],
      ['confirmData', { email: 'Amanda.Ernser94@hotmail.com', first: true }],
      ['recaptchaType', 'Default'],
      ['recaptchaType', 3],
      ['recaptchaResponse', 'some text'],
      ['culture', 'some text'],
    ])('%s: %j stands in nobody’s way', async (field, value) => {
      const { id, email, code } = await texted();
      const { status, body } = await post(code, email, { [field]: value });
      expect(status).toBe(200);
      expect('expires' in body.response).toBe(field !== 'session');
      expect(await app.rows(sql`SELECT language FROM accounts WHERE id = ${id}`)).toEqual([
        { language: 'en' },
      ]);
    });

    it.each([
      ['userName', 'some text', 401],
      ['password', '044LP3vr2j', 401],
      ['passwordHash', 'some text', 401],
      ['provider', 'some text', 400],
      ['code', 'some text', 401],
      ['confirmData', { email: 'Amanda.Ernser94@hotmail.com', first: true, key: 'some text' }, 401],
    ])('%s: %j counts before what is right', async (field, value, status) => {
      const { email, code } = await texted();
      expect((await post(code, email, { [field]: value })).status).toBe(status);
      expect((await post(code, email)).status).toBe(200);
    });

    it('takes the code of the body beside a path of its template, {code}', async () => {
      const { email, code } = await texted();
      expect((await post('%7Bcode%7D', email, { code })).status).toBe(200);
    });
  });
});
