import { AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

/** A phone is a credential: it opens an account alone only where its owner has proven it for that. */
describe('a phone', () => {
  let app: TestApp;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start();
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  const freshEmail = () => `phone-${(people += 1)}@example.com`;
  const freshPhone = () => `+49151123${String((people += 1)).padStart(5, '0')}`;
  const phoneOf = async (id: string) =>
    (await app.rows<{ phone: string | null }>(sql`SELECT phone FROM accounts WHERE id = ${id}`))[0]?.phone;
  const change = async (email: string, factor: 'none' | 'totp') => {
    const accounts = app.nest.get(AccountsService);
    await accounts.changeSecondFactor(app.operatorCall(), await accounts.find(email), factor);
  };

  /** What whoever is in a session does: the codes go to a phone of theirs from now on. */
  async function withTexts() {
    const [email, phone] = [freshEmail(), freshPhone()];
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    const { access_token } = (await yat.signIn(email)).body;
    const body = { provider: 'SMS', phone, default: true };
    expect((await yat.post('/account/2fa/enable', body, access_token)).status).toBe(200);
    const code = await app.mailbox.code(phone);
    expect((await yat.post('/account/2fa/confirm', { code }, access_token)).status).toBe(200);
    expect(await phoneOf(id)).toBe(phone);
    return { id, email, phone, access_token };
  }

  /** Whether a code for signing in is texted to it, and signs in. */
  async function signsIn(phone: string): Promise<boolean> {
    app.clock.advanceSeconds(60);
    const client = new WachtClient(app);
    const { id } = await client.signIn({ strategy: 'phone_otp', phone_number: phone });
    const codes = () =>
      app.rows(sql`SELECT FROM messages WHERE recipient = ${phone} AND template = 'sign_in_code'`);
    const [before, received] = [(await codes()).length, app.mailbox.count(phone)];
    await client.prepare(id, 'sms');
    if ((await codes()).length === before) return false;
    const code = await app.mailbox.code(phone, received + 1);
    return (await client.verify(id, code)).body.session.signins.length > 0;
  }

  it('that an operator gave signs in', async () => {
    const phone = freshPhone();
    await app.createAccount({ email: freshEmail(), phone, secondFactor: 'none' });
    expect(await signsIn(phone)).toBe(true);
  });

  it('that gets the codes of a second factor does not, and not when that is taken away by its owner', async () => {
    const { id, phone, access_token } = await withTexts();
    expect(await signsIn(phone)).toBe(false);
    expect((await yat.post('/account/2fa/disable', { provider: 'SMS' }, access_token)).status).toBe(200);
    expect(await phoneOf(id)).toBeNull();
    expect(await signsIn(phone)).toBe(false);
  });

  it.each(['none', 'totp'] as const)('goes with its factor when an operator sets %s', async (factor) => {
    const { id, email, phone } = await withTexts();
    await change(email, factor);
    expect(await phoneOf(id)).toBeNull();
    expect(await signsIn(phone)).toBe(false);
  });

  it('stays with an account that an operator gave it to, whatever becomes of its factor', async () => {
    const [email, phone] = [freshEmail(), freshPhone()];
    const { id } = await app.createAccount({ email, phone, secondFactor: 'sms' });
    await change(email, 'none');
    expect(await phoneOf(id)).toBe(phone);
    expect(await signsIn(phone)).toBe(true);
  });

  it('is set and removed by an operator, which ends what was begun with the one before', async () => {
    const [email, first, second] = [freshEmail(), freshPhone(), freshPhone()];
    const { id } = await app.createAccount({ email, phone: first, secondFactor: 'none' });
    const accounts = app.nest.get(AccountsService);
    const client = new WachtClient(app);
    const begun = await client.signIn({ strategy: 'phone_otp', phone_number: first });
    await client.prepare(begun.id, 'sms');
    const code = await app.mailbox.code(first);
    await accounts.changePhone(app.operatorCall(), await accounts.find(email), second);
    expect((await client.verify(begun.id, code)).status).not.toBe(200);
    expect(await signsIn(second)).toBe(true);
    await accounts.changePhone(app.operatorCall(), await accounts.find(email), null);
    expect(await phoneOf(id)).toBeNull();
    expect(await signsIn(second)).toBe(false);
    const audited = sql`SELECT count(*)::int AS n FROM audit_events WHERE account_id = ${id} AND event = 'account.phone'`;
    expect(await app.rows(audited)).toEqual([{ n: 2 }]);
  });

  it('is not taken from an account that would have no name or no second factor without it', async () => {
    const accounts = app.nest.get(AccountsService);
    const texted = freshEmail();
    await app.createAccount({ email: texted, phone: freshPhone(), secondFactor: 'sms' });
    const nameless = freshPhone();
    await app.createAccount({ phone: nameless, secondFactor: 'none', password: PASSWORD });
    for (const name of [texted, nameless])
      await expect(accounts.changePhone(app.operatorCall(), await accounts.find(name), null)).rejects.toThrow(
        /phone/,
      );
  });
});
