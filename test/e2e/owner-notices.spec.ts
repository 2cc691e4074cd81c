import type { SecondFactor } from '@app/accounts';
import { sql } from '@app/database';
import { AccountsService } from '../../apps/cli/src/accounts.service.js';
import { Authenticator } from '../support/authenticator.js';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { SmsReceiver } from '../support/sms-receiver.js';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const STRONG = 'gelbe Kanne im Schnee 7';
/** Messages that are no news: they were asked for. */
const ASKED_FOR = ['sign_in_code', 'password_reset', 'magic_link', 'registration_code', 'recovery_code'];

/** An owner learns what is done with the account, at every channel that it had before, and at a phone it has now. */
describe('the notices of an owner', () => {
  let app: TestApp;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  const freshPhone = () => `+49151125${String((people += 1)).padStart(5, '0')}`;
  async function person(secondFactor: SecondFactor = 'none', on = app) {
    const phone = freshPhone();
    const email = `notices${people}@example.com`;
    return { email, phone, ...(await on.createAccount({ email, phone, secondFactor })) };
  }

  /** Channel, template and recipient of all news of the account, in order. */
  async function told(id: string, on = app): Promise<string[]> {
    const rows = await on.rows<{ news: string }>(sql`
      SELECT channel || ' ' || template || ' ' || recipient AS news FROM messages
      WHERE account_id = ${id} AND template <> ALL(${ASKED_FOR}::text[]) ORDER BY id`);
    return rows.map(({ news }) => news);
  }
  const everywhere = (template: string, { email, phone }: { email: string; phone: string }) => [
    `email ${template} ${email}`,
    `sms ${template} ${phone}`,
  ];

  describe('of what an operator does', () => {
    const operate = async (
      email: string,
      work: (
        accounts: AccountsService,
        account: Awaited<ReturnType<AccountsService['find']>>,
      ) => Promise<unknown>,
      on = app,
    ) => {
      const accounts = on.nest.get(AccountsService);
      await work(accounts, await accounts.find(email));
    };

    it('tell of a password, and that it was whoever runs the site', async () => {
      const one = await person();
      await operate(one.email, (accounts, account) =>
        accounts.changePassword(app.operatorCall(), account, STRONG),
      );
      expect(await told(one.id)).toEqual(everywhere('password_changed', one));
      const { text } = await app.mailbox.newest(one.email);
      expect(text).toContain('By: whoever runs the site');
      expect((await app.mailbox.newest(one.phone)).text).toContain('new password');
    });

    it.each(['none', 'email', 'sms', 'totp'] as const)('tell of the second factor %s', async (factor) => {
      const one = await person(factor === 'none' ? 'email' : 'none');
      await operate(one.email, (accounts, account) =>
        accounts.changeSecondFactor(app.operatorCall(), account, factor),
      );
      expect(await told(one.id)).toEqual(everywhere('factor_changed', one));
    });

    it('tell of nothing where the second factor stays what it was, but of each new authenticator', async () => {
      const same = await person('sms');
      await operate(same.email, (accounts, account) =>
        accounts.changeSecondFactor(app.operatorCall(), account, 'sms'),
      );
      expect(await told(same.id)).toEqual([]);
      const renewed = await person('totp');
      await operate(renewed.email, (accounts, account) =>
        accounts.changeSecondFactor(app.operatorCall(), account, 'totp'),
      );
      expect(await told(renewed.id)).toEqual(everywhere('factor_changed', renewed));
    });

    it('tell of a phone the one before and the new one, and nobody where it is the same', async () => {
      const one = await person();
      const other = freshPhone();
      const set = (phone: string | null) =>
        operate(one.email, (accounts, account) => accounts.changePhone(app.operatorCall(), account, phone));
      await set(one.phone);
      expect(await told(one.id)).toEqual([]);
      await set(other);
      const changed = [...everywhere('phone_changed', one), `sms phone_changed ${other}`];
      expect(await told(one.id)).toEqual(changed);
      await set(null);
      const removed = everywhere('phone_changed', { ...one, phone: other });
      expect(await told(one.id)).toEqual([...changed, ...removed]);
      await set(one.phone);
      expect((await told(one.id)).slice(5)).toEqual(everywhere('phone_changed', one));
      await until(() => app.mailbox.count(one.phone) === 2);
      expect(app.mailbox.messages(one.phone).map(({ text }) => text.includes('new phone number'))).toEqual([
        true,
        true,
      ]);
    });

    it('tell of an account that is shut, once', async () => {
      const one = await person();
      for (let times = 0; times < 2; times += 1)
        await operate(one.email, (accounts, account) => accounts.disable(app.operatorCall(), account));
      expect(await told(one.id)).toEqual(everywhere('account_disabled', one));
    });

    it('go by mail alone where nothing carries texts', async () => {
      const textless = await TestApp.start({ SMTP_URL: 'smtp://127.0.0.1:9' });
      const one = await person('none', textless);
      const change = (accounts: AccountsService, account: Awaited<ReturnType<AccountsService['find']>>) =>
        accounts.changePhone(textless.operatorCall(), account, freshPhone());
      await operate(one.email, change, textless);
      expect(await told(one.id, textless)).toEqual([`email phone_changed ${one.email}`]);
      await textless.stop();
    });

    it('arrive at the operator’s mail server and gateway', async () => {
      const [server, gateway] = [await SmtpReceiver.start(), await SmsReceiver.start()];
      const real = await TestApp.start({ SMTP_URL: server.url(), ...gateway.environment });
      const one = await person('none', real);
      await operate(one.email, (accounts, account) => accounts.disable(real.operatorCall(), account), real);
      await until(() => server.received.length === 1 && gateway.received.length === 1);
      expect(server.recipients).toEqual([one.email]);
      const text = JSON.parse(gateway.received[0]?.body ?? '{}') as { to: string; text: string };
      expect([text.to, text.text.includes('was closed')]).toEqual([one.phone, true]);
      await real.stop();
      await Promise.all([server.stop(), gateway.stop()]);
    });
  });

  describe('of a session of yat', () => {
    const patch = async (email: string, change: object) => {
      const { access_token } = (await yat.signIn(email)).body;
      return (await yat.call('PATCH', '/account', change, access_token)).status;
    };

    it('tell of a password and of a user name, each by itself and of both at once', async () => {
      const one = await person();
      expect(await patch(one.email, { password: STRONG })).toBe(200);
      expect(await told(one.id)).toEqual(everywhere('password_changed', one));
      const other = await person();
      expect(await patch(other.email, { alternate_id: `notices.${people}` })).toBe(200);
      expect(await told(other.id)).toEqual(everywhere('username_changed', other));
      const both = await person();
      const change = { alternate_id: `notices.${people}`, password: STRONG };
      expect(await patch(both.email, change)).toBe(200);
      expect((await told(both.id)).sort()).toEqual(
        [...everywhere('password_changed', both), ...everywhere('username_changed', both)].sort(),
      );
    });

    it('tell of nothing that stays the same, that is no way in, or that is refused', async () => {
      const one = await person();
      const alternate_id = `notices.${people}`;
      await patch(one.email, { alternate_id });
      const before = await told(one.id);
      expect(await patch(one.email, { alternate_id, first_name: 'Ada' })).toBe(200);
      const taken = await person();
      expect(await patch(taken.email, { alternate_id })).toBe(422);
      expect(await told(one.id)).toEqual(before);
      expect(await told(taken.id)).toEqual([]);
    });

    it('do not fill the mailbox of somebody whose address a stranger registered', async () => {
      const email = `notices${(people += 1)}@example.com`;
      await yat.post('/users', { email, password: PASSWORD });
      expect(await patch(email, { password: STRONG, alternate_id: `notices.${people}` })).toBe(200);
      expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${email}`)).toEqual([]);
    });

    it('tell the phone before of texts that go to another one, and of a second factor that is taken away', async () => {
      const one = await person();
      const { access_token } = (await yat.signIn(one.email)).body;
      const other = freshPhone();
      await yat.post('/account/2fa/enable', { provider: 'SMS', phone: other }, access_token);
      const code = await app.mailbox.code(other);
      expect((await yat.post('/account/2fa/confirm', { code }, access_token)).status).toBe(200);
      const enabled = everywhere('factor_changed', one);
      expect(await told(one.id)).toEqual(enabled);
      expect((await yat.post('/account/2fa/disable', {}, access_token)).status).toBe(200);
      expect(await told(one.id)).toEqual([
        ...enabled,
        ...everywhere('factor_changed', { ...one, phone: other }),
      ]);
    });
  });

  it('tell of a reset by the mailbox the phone too', async () => {
    const one = await person();
    await new WachtClient(app).post('/auth/forgot-password', { email: one.email });
    const { text } = await app.mailbox.newest(one.email);
    const token = /token=([\w-]+)/.exec(text)?.[1];
    const answer = await new WachtClient(app).post('/auth/reset-password', { token, password: STRONG });
    expect(answer.status).toBe(200);
    expect(await told(one.id)).toEqual(everywhere('password_changed', one));
  });

  it('tell of backup codes that are made anew', async () => {
    const one = await person('totp');
    const docspace = new DocspaceClient(app);
    const { body } = await docspace.verify(
      one.email,
      new Authenticator(app, one.otpauthUri as string).code(),
    );
    const token = String(body.response.token);
    expect((await docspace.authorized('PUT', '/settings/tfaappnewcodes', token)).status).toBe(200);
    expect(await told(one.id)).toEqual(everywhere('factor_changed', one));
    expect((await app.mailbox.newest(one.phone)).text).toContain('new backup codes');
  });

  it('tell of first keys, and of the authenticator that comes with them', async () => {
    const known = new DfnsPeople(app, new DfnsClient(app));
    const phone = freshPhone();
    const { id, email } = await known.member({ phone });
    expect(await told(id)).toEqual(everywhere('keys_added', { email, phone }));

    const other = await known.newcomer();
    const { challenge, temporaryAuthenticationToken, otpUrl } = await known.registrationChallenge(
      other.email,
    );
    const otpCode = new Authenticator(app, otpUrl).code();
    const { status } = await known.client.post(
      '/auth/registration',
      {
        firstFactorCredential: new SoftwareKey('Key').create(challenge),
        secondFactorCredential: { credentialKind: 'Totp', credentialInfo: { otpCode } },
      },
      temporaryAuthenticationToken,
    );
    expect(status).toBe(200);
    expect(await told(other.id)).toEqual([
      `email factor_changed ${other.email}`,
      `email keys_added ${other.email}`,
    ]);
  });

  it('of an account whose owner comes for the first time are none: nothing was theirs before', async () => {
    const email = `notices${(people += 1)}@example.com`;
    await yat.post('/users', { email, password: PASSWORD });
    await yat.post('/auth/magic_link/token', { token: await mailedLink(app, email) });
    const [row] = await app.rows<{ id: string }>(sql`SELECT id FROM accounts WHERE email = ${email}`);
    expect(await told(row?.id as string)).toEqual([]);
  });
});
