import { AccountsService } from '@app/administration';
import type { SecondFactor } from '@app/accounts';
import { everywhere, told } from '../support/notices.js';
import { SmsReceiver } from '../support/sms-receiver.js';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const STRONG = 'gelbe Kanne im Schnee 7';

/** An owner learns what is done with the account, at every channel that it had before, and at a phone it has now. */
describe('the notices of an owner, of what an operator does', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const freshPhone = () => `+49151125${String((people += 1)).padStart(5, '0')}`;
  async function person(secondFactor: SecondFactor = 'none', on = app) {
    const phone = freshPhone();
    const email = `notices${people}@example.com`;
    return { email, phone, ...(await on.createAccount({ email, phone, secondFactor })) };
  }

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
    expect(await told(app, one.id)).toEqual(everywhere('password_changed', one));
    const { text } = await app.mailbox.newest(one.email);
    expect(text).toContain('By: whoever runs the site');
    expect((await app.mailbox.newest(one.phone)).text).toContain('new password');
  });

  it.each(['none', 'email', 'sms', 'totp'] as const)('tell of the second factor %s', async (factor) => {
    const one = await person(factor === 'none' ? 'email' : 'none');
    await operate(one.email, (accounts, account) =>
      accounts.changeSecondFactor(app.operatorCall(), account, factor),
    );
    expect(await told(app, one.id)).toEqual(everywhere('factor_changed', one));
  });

  it('tell of nothing where the second factor stays what it was, but of each new authenticator', async () => {
    const same = await person('sms');
    await operate(same.email, (accounts, account) =>
      accounts.changeSecondFactor(app.operatorCall(), account, 'sms'),
    );
    expect(await told(app, same.id)).toEqual([]);
    const renewed = await person('totp');
    await operate(renewed.email, (accounts, account) =>
      accounts.changeSecondFactor(app.operatorCall(), account, 'totp'),
    );
    expect(await told(app, renewed.id)).toEqual(everywhere('factor_changed', renewed));
  });

  it('tell of a phone the one before and the new one, and nobody where it is the same', async () => {
    const one = await person();
    const other = freshPhone();
    const set = (phone: string | null) =>
      operate(one.email, (accounts, account) => accounts.changePhone(app.operatorCall(), account, phone));
    await set(one.phone);
    expect(await told(app, one.id)).toEqual([]);
    await set(other);
    const changed = [...everywhere('phone_changed', one), `sms phone_changed ${other}`];
    expect(await told(app, one.id)).toEqual(changed);
    await set(null);
    const removed = everywhere('phone_changed', { ...one, phone: other });
    expect(await told(app, one.id)).toEqual([...changed, ...removed]);
    await set(one.phone);
    expect((await told(app, one.id)).slice(5)).toEqual(everywhere('phone_changed', one));
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
    expect(await told(app, one.id)).toEqual(everywhere('account_disabled', one));
  });

  it('go by mail alone where nothing carries texts', async () => {
    const textless = await TestApp.start({ SMTP_URL: 'smtp://127.0.0.1:9' });
    const one = await person('none', textless);
    const change = (accounts: AccountsService, account: Awaited<ReturnType<AccountsService['find']>>) =>
      accounts.changePhone(textless.operatorCall(), account, freshPhone());
    await operate(one.email, change, textless);
    expect(await told(textless, one.id)).toEqual([`email phone_changed ${one.email}`]);
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
