import { AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, ORG } from '../support/dfns-people.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { until } from '../support/until.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const STRONG = 'gelbe Kanne im Schnee 7';

/** Where the mailbox is the second factor, whoever has it must not have the first one too: with both they would be in. */
describe('abuse: the mailbox of an account whose second factor it is', () => {
  let app: TestApp;
  let textless: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    // With a mail server there is no mailbox of development, and nothing that carries texts.
    textless = await TestApp.start({ SMTP_URL: 'smtp://127.0.0.1:9' });
  });
  afterAll(async () => {
    await textless.stop();
    await app.stop();
  });

  async function person({ phone = false, on = app } = {}) {
    people += 1;
    const email = `alone${people}@example.com`;
    const number = `+49151124${String(people).padStart(5, '0')}`;
    const account = { email, secondFactor: 'email', orgId: ORG, ...(phone && { phone: number }) } as const;
    return { email, phone: number, ...(await on.createAccount(account)) };
  }

  const change = async (email: string, factor: 'none' | 'email') => {
    const accounts = app.nest.get(AccountsService);
    await accounts.changeSecondFactor(app.operatorCall(), await accounts.find(email), factor);
  };
  const forgot = (email: string, on = app) => new WachtClient(on).post('/auth/forgot-password', { email });
  const reset = (token: string) =>
    new WachtClient(app).post('/auth/reset-password', { token, password: STRONG });
  const tokens = (to: string) =>
    app.mailbox.messages(to).flatMap(({ text }) => /reset-password\?token=([\w-]+)/.exec(text)?.[1] ?? []);
  const tokenOf = async (to: string) => {
    await until(() => tokens(to).length > 0, 'a link');
    return tokens(to)[0] as string;
  };
  const messagesOf = (id: string, on = app) =>
    on.rows<{ channel: string; template: string }>(
      sql`SELECT channel, template FROM messages WHERE account_id = ${id} AND template LIKE '%reset%' ORDER BY id`,
    );
  const passwordIs = async (email: string, password: string) =>
    (await new WachtClient(app).signInWithPassword(email, password)).answer.status === 200;

  describe('gets no new password by mail (wacht)', () => {
    it('but is told by mail why, and who can help', async () => {
      const { email, id } = await person();
      expect((await forgot(email)).body.data).toEqual({ success: true });
      const { subject, text } = await app.mailbox.newest(email);
      expect(subject).toContain('No new password');
      expect(text).not.toMatch(/(?<!not-me\?)token=/);
      expect(await messagesOf(id)).toEqual([{ channel: 'email', template: 'reset_elsewhere' }]);
    });

    it('and nobody who asks learns of it: the answers are those of an unknown address', async () => {
      const { email } = await person();
      const ask = async (address: string) => {
        const { status, body, headers } = await forgot(address);
        return { status, body: { ...body, session: null }, headers: [...headers.keys()].sort() };
      };
      for (let asked = 0; asked < 2; asked += 1) expect(await ask(email)).toEqual(await ask(`x${email}`));
    });

    it('but by a link to the phone, which opens the account only together with the mailbox', async () => {
      const { email, phone, id } = await person({ phone: true });
      await forgot(email);
      const token = await tokenOf(phone);
      expect((await app.mailbox.newest(email)).text).not.toMatch(/(?<!not-me\?)token=/);
      expect(await messagesOf(id)).toEqual([
        { channel: 'sms', template: 'password_reset' },
        { channel: 'email', template: 'reset_elsewhere' },
      ]);
      expect((await reset(token)).status).toBe(200);
      expect(await passwordIs(email, STRONG)).toBe(true);
      const client = new WachtClient(app);
      const { id: attempt } = await client.signInWithPassword(email, STRONG);
      expect((await client.session()).body.session.signins).toEqual([]);
      const before = app.mailbox.count(email);
      await client.prepare(attempt);
      const code = await app.mailbox.code(email, before + 1);
      expect((await client.verify(attempt, code)).body.session.signins).toHaveLength(1);
    });

    it('nor by a phone that is there for texts alone, or that nothing carries texts to', async () => {
      const unproven = await person({ phone: true });
      await app.rows(sql`UPDATE accounts SET phone_signs_in = false WHERE id = ${unproven.id}`);
      await forgot(unproven.email);
      const unreachable = await person({ phone: true, on: textless });
      await forgot(unreachable.email, textless);
      const told = [{ channel: 'email', template: 'reset_elsewhere' }];
      expect(await messagesOf(unproven.id)).toEqual(told);
      expect(await messagesOf(unreachable.id, textless)).toEqual(told);
    });

    it('nor by a link that was mailed before it became the second factor', async () => {
      const { email } = await person();
      await change(email, 'none');
      await forgot(email);
      const early = await tokenOf(email);
      await change(email, 'email');
      expect((await reset(early)).code).toBe('INVALID_TOKEN');
      // As a release before this one mailed it.
      const other = await person();
      await change(other.email, 'none');
      await forgot(other.email);
      const mailed = await tokenOf(other.email);
      await app.rows(sql`UPDATE accounts SET second_factor = 'email' WHERE id = ${other.id}`);
      expect((await reset(mailed)).code).toBe('INVALID_TOKEN');
      for (const one of [email, other.email]) expect(await passwordIs(one, PASSWORD)).toBe(true);
    });

    it('nor on the page of the service', async () => {
      const { email, id } = await person();
      await change(email, 'none');
      await forgot(email);
      const token = await tokenOf(email);
      await app.rows(sql`UPDATE accounts SET second_factor = 'email' WHERE id = ${id}`);
      const body = new URLSearchParams({ token, password: STRONG });
      expect((await fetch(`${app.url}/reset-password`, { method: 'POST', body })).status).toBe(410);
      expect(await passwordIs(email, PASSWORD)).toBe(true);
    });
  });

  it('is not entered by a code or link of wacht', async () => {
    for (const strategy of ['email_otp', 'magic_link']) {
      const { email } = await person();
      const client = new WachtClient(app);
      const { id } = await client.signIn({ strategy, email });
      expect((await client.prepare(id)).status).toBe(200);
      const { text } = await app.mailbox.newest(email);
      expect(text).not.toMatch(/(?<!not-me\?)token=|^\d{6}$/m);
    }
  });

  it('is not entered by a magic link of yat', async () => {
    const { email } = await person();
    const token = await mailedLink(app, email);
    expect((await new YatClient(app).post('/auth/magic_link/token', { token })).status).toBe(401);
  });

  it('is mailed no key of docspace', async () => {
    const { email } = await person();
    await expect(app.mailKey(email)).rejects.toThrow('second factor');
    await change(email, 'none');
    const { key } = await app.mailKey(email);
    await app.rows(sql`UPDATE accounts SET second_factor = 'email' WHERE email = ${email}`);
    const response = await fetch(`${app.url}/api/2.0/authentication`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ confirmData: { key, email } }),
    });
    expect(response.status).toBe(403);
  });

  it('is mailed no code for a first key of dfns', async () => {
    const { email } = await person();
    const client = new DfnsClient(app);
    await client.call('PUT', '/auth/registration/code', { username: email, orgId: ORG });
    expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${email}`)).toEqual([]);
  });

  it('is not enough for a recovery of dfns: its code brings no key without the recovery key', async () => {
    const client = new DfnsClient(app);
    const known = new DfnsPeople(app, client);
    const member = await known.member();
    await known.changeSecondFactor(member, 'email');
    const { challenge, temporaryAuthenticationToken: token } = await known.recoveryChallenge(member);
    const { key } = member;
    const newCredentials = { firstFactorCredential: key.create(challenge) };
    const recovery = {
      kind: 'RecoveryKey',
      credentialAssertion: key.firstFactor(challenge).credentialAssertion,
    };
    expect((await client.post('/auth/recover/user', { recovery, newCredentials }, token)).status).toBe(401);
  });
});
