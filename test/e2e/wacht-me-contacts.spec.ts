import { sql } from '@app/database';
import { everywhere, told } from '../support/notices.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { otherThan } from '../support/navixy-client.js';

const CODE = /\b\d{6}\b/;
const EMAILS = '/me/email-addresses';
const PHONES = '/me/phone-numbers';

describe('the addresses and phones of who is signed in with a wacht client', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  async function owner(factor: 'none' | 'totp' | 'sms' = 'none', more: object = {}) {
    const person = await app.given.person({ factor, ...more });
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(person.email);
    if (factor === 'totp') await client.verify(id, person.authenticator.code());
    if (factor === 'sms') {
      const { found } = await app.mailbox.sentBy(person.phone, CODE, () => client.prepare(id, 'sms'));
      await client.verify(id, found);
    }
    return { ...person, client };
  }
  /** Adds one and has its code sent; answers both. */
  async function added(client: WachtClient, path: string, to: string) {
    const body = path === EMAILS ? { email: to } : { phone_number: to };
    const { id } = (await client.post(path, body)).body.data as { id: string };
    const { answer, found } = await app.mailbox.sentBy(to, CODE, () => prepare(client, path, id));
    expect(answer.status).toBe(200);
    return { id, code: found };
  }
  const prepare = (client: WachtClient, path: string, id: string) =>
    client.post(`${path}/${id}/prepare-verification`);
  const prove = (client: WachtClient, path: string, id: string, code: string) =>
    client.post(`${path}/${id}/attempt-verification`, { code });
  const signsIn = async (email: string) => {
    const { answer } = await new WachtClient(app).signInWithPassword(email);
    return answer.status === 200;
  };

  it('adds an address that waits, and makes it the one of the account when it is proven', async () => {
    const { client, email, id: account } = await owner();
    const next = app.given.email();
    const { body } = await client.post(EMAILS, { email: next.toUpperCase() });
    const waiting = { id: expect.stringMatching(/^\d+$/), email: next, is_primary: false, verified: false };
    expect(body.data).toEqual(waiting);
    const listed = (await client.get(EMAILS)).body.data;
    expect(listed).toEqual([expect.objectContaining({ email, is_primary: true, verified: true }), waiting]);
    expect((await client.get('/me')).body.data.user_email_addresses).toEqual(listed);
    expect(await told(app, account)).toEqual([]);
    const { id } = body.data;
    const { found } = await app.mailbox.sentBy(next, CODE, () => prepare(client, EMAILS, id));
    expect([await signsIn(email), await signsIn(next)]).toEqual([true, false]);
    expect((await prove(client, EMAILS, id, found)).body.data).toEqual({ success: true });
    expect([await signsIn(email), await signsIn(next)]).toEqual([false, true]);
    expect((await client.get(EMAILS)).body.data).toMatchObject([
      { id: account, email: next, is_primary: true },
    ]);
    expect((await told(app, account)).filter((news) => !news.includes('address_code'))).toEqual([
      `email email_changing ${email}`,
      `email email_changed ${email}`,
      `email email_changed ${next}`,
    ]);
  });

  it('adds a phone by its country, which signs in when it is proven', async () => {
    const { client, email, id: account } = await owner();
    const phone = app.given.phone();
    for (const country_code of ['DE', '49', '+49']) {
      const { body } = await client.post(PHONES, { phone_number: phone.slice(3), country_code });
      expect(body.data).toMatchObject({ phone_number: phone, verified: false });
    }
    const { id, code } = await added(client, PHONES, phone);
    const byQuery = await client.post(`${PHONES}/${id}/attempt-verification?code=${code}`);
    expect(byQuery.status).toBe(200);
    expect((await client.get('/me')).body.data).toMatchObject({
      primary_phone_number_id: account,
      user_phone_numbers: [{ id: account, phone_number: phone, is_primary: true, verified: true }],
    });
    const browser = new WachtClient(app);
    const attempt = await browser.signIn({ strategy: 'phone_otp', phone_number: phone });
    const { found } = await app.mailbox.sentBy(phone, CODE, () => browser.prepare(attempt.id, 'sms'));
    expect((await browser.verify(attempt.id, found)).body.data.active_signin).toMatchObject({
      user_id: account,
    });
    expect(await told(app, account)).toContain(`email phone_changed ${email}`);
  });

  it('forgets what waits, and a phone of the account, of which the owner is told', async () => {
    const { client, email, phone, id: account } = await owner('none', { phone: app.given.phone() });
    const { id } = (await client.post(EMAILS, { email: app.given.email() })).body.data;
    expect((await client.post(`${EMAILS}/${id}/delete`)).status).toBe(200);
    expect((await client.get(EMAILS)).body.data).toHaveLength(1);
    expect((await client.send(`${PHONES}/${account}`, { method: 'DELETE' })).status).toBe(200);
    expect((await client.get(PHONES)).body.data).toEqual([]);
    expect(await told(app, account)).toEqual(everywhere('phone_changed', { email, phone }));
  });

  it('keeps the address of the account, its only name, and the phone of its second factor', async () => {
    const plain = await owner();
    expect((await plain.client.post(`${EMAILS}/${plain.id}/delete`)).code).toBe('VALIDATION_ERROR');
    const texted = await owner('sms');
    expect((await texted.client.post(`${PHONES}/${texted.id}/delete`)).code).toBe('VALIDATION_ERROR');
    const phone = app.given.phone();
    const { id } = await app.createAccount({ phone, secondFactor: 'none' });
    const client = new WachtClient(app);
    await client.post('/auth/signin', { strategy: 'plain_username', username: phone, password: PASSWORD });
    expect((await client.post(`${PHONES}/${id}/delete`)).code).toBe('VALIDATION_ERROR');
  });

  it('has one that is the account’s own already, and makes no other one so without a proof', async () => {
    const { client, id } = await owner();
    expect((await client.post(`${EMAILS}/${id}/make-primary`)).status).toBe(200);
    const waiting = (await client.post(EMAILS, { email: app.given.email() })).body.data;
    expect((await client.post(`${EMAILS}/${waiting.id}/make-primary`)).code).toBe('VALIDATION_ERROR');
    expect((await client.post(`${PHONES}/${id}/make-primary`)).code).toBe('VALIDATION_ERROR');
  });

  it('needs a fresh proof for all of it', async () => {
    const { client, id } = await owner('totp');
    const { id: waiting, code } = await added(client, EMAILS, app.given.email());
    app.clock.advanceSeconds(900);
    const answers = [
      await client.post(EMAILS, { email: app.given.email() }),
      await client.post(PHONES, { phone_number: app.given.phone() }),
      await client.post(`${PHONES}/${id}/delete`),
    ];
    expect(answers.map((answer) => answer.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'VALIDATION_ERROR']);
    expect((await prove(client, EMAILS, waiting, code)).status).toBeGreaterThanOrEqual(400);
  });

  it('says what another account has, and what is no address or phone', async () => {
    const [{ client, email }, other] = [await owner(), await owner('none', { phone: app.given.phone() })];
    expect((await client.post(EMAILS, { email: other.email })).code).toBe('USER_EXISTS');
    expect((await client.post(EMAILS, { email })).code).toBe('USER_EXISTS');
    expect((await client.post(PHONES, { phone_number: other.phone })).code).toBe('PHONE_EXISTS');
    for (const body of [{}, { email: 'x' }, { email: ['a@example.com'] }])
      expect((await client.post(EMAILS, body)).code).toBe('VALIDATION_ERROR');
    for (const body of [{}, { phone_number: '1' }, { phone_number: '0151123', country_code: 'XX' }])
      expect((await client.post(PHONES, body)).code).toBe('VALIDATION_ERROR');
  });

  it('sends one code a minute, whose life is that of a code', async () => {
    const { client } = await owner();
    const { id, code } = await added(client, EMAILS, app.given.email());
    app.clock.advanceSeconds(59);
    const soon = await prepare(client, EMAILS, id);
    expect([soon.code, soon.headers.get('retry-after')]).toEqual(['RATE_LIMIT_EXCEEDED', '1']);
    app.clock.advanceSeconds(241);
    expect((await prove(client, EMAILS, id, code)).code).toBe('EXPIRED_CODE');
    const { client: other } = await owner();
    const inTime = await added(other, EMAILS, app.given.email());
    app.clock.advanceSeconds(299);
    expect((await prove(other, EMAILS, inTime.id, inTime.code)).status).toBe(200);
  });

  describe('abuse', () => {
    it('five wrong codes end one, and count among the account’s guesses; what can be no code costs none', async () => {
      const { client } = await owner();
      const { id, code } = await added(client, EMAILS, app.given.email());
      expect((await prove(client, EMAILS, id, 'resend')).code).toBe('INVALID_CODE');
      for (let tries = 0; tries < 5; tries += 1)
        expect((await prove(client, EMAILS, id, otherThan(code))).code).toBe('INVALID_CODE');
      const spent = await prove(client, EMAILS, id, code);
      expect([spent.code, Number(spent.headers.get('retry-after')) > 0]).toEqual(['TOO_MANY_ATTEMPTS', true]);
    });

    it('nobody proves, removes or has sent what waits for another account', async () => {
      const [mine, theirs] = [await owner(), await owner()];
      const { id, code } = await added(theirs.client, EMAILS, app.given.email());
      const own = (await mine.client.post(EMAILS, { email: app.given.email() })).body.data.id as string;
      for (const target of [id, '1', '9'.repeat(19), 'x', '%00']) {
        expect((await prove(mine.client, EMAILS, target, code)).code).toBe('VALIDATION_ERROR');
        expect((await prepare(mine.client, EMAILS, target)).code).toBe('VALIDATION_ERROR');
        expect((await mine.client.post(`${EMAILS}/${target}/delete`)).code).toBe('VALIDATION_ERROR');
      }
      expect((await prove(mine.client, EMAILS, own, code)).code).toBe('INVALID_CODE');
      expect((await prove(theirs.client, EMAILS, id, code)).status).toBe(200);
    });

    it('the code of one address proves no other one that took its place, nor a phone', async () => {
      const { client } = await owner();
      const first = await added(client, EMAILS, app.given.email());
      app.clock.advanceSeconds(60);
      const second = await added(client, EMAILS, app.given.email());
      expect((await prove(client, EMAILS, first.id, first.code)).code).toBe('VALIDATION_ERROR');
      if (first.code !== second.code)
        expect((await prove(client, EMAILS, second.id, first.code)).code).toBe('INVALID_CODE');
      expect((await prove(client, PHONES, second.id, second.code)).code).toBe('VALIDATION_ERROR');
      expect((await prove(client, EMAILS, second.id, second.code)).status).toBe(200);
    });

    it('of 16 right answers at once one counts, and the owner is told once', async () => {
      const { client, id: account, email } = await owner();
      const { id, code } = await added(client, EMAILS, app.given.email());
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => prove(client.copy(), EMAILS, id, code)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const news = await told(app, account);
      expect(news.filter((each) => each === `email email_changed ${email}`)).toHaveLength(1);
    });

    it('a phone that another account has got meanwhile is refused, and the code stays good', async () => {
      const { client } = await owner();
      const phone = app.given.phone();
      const { id, code } = await added(client, PHONES, phone);
      const other = await owner('none', { phone });
      expect((await prove(client, PHONES, id, code)).code).toBe('PHONE_EXISTS');
      await app.rows(sql`UPDATE accounts SET phone = NULL WHERE id = ${other.id}`);
      expect((await prove(client, PHONES, id, code)).status).toBe(200);
    });

    it('without a sign-in there is nothing to see or do', async () => {
      const client = new WachtClient(app);
      for (const path of [EMAILS, PHONES]) {
        expect((await client.get(path)).code).toBe('NOT_AUTHENTICATED');
        for (const call of ['', '/1/prepare-verification', '/1/attempt-verification', '/1/delete'])
          expect((await client.post(`${path}${call}`, {})).code).toBe('NOT_AUTHENTICATED');
      }
    });
  });
});
