import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const SQUATTERS = 'squatters password 1';
const SQUATTERS_PHONE = '+4915112345678';

describe('abuse: an account that somebody registered with the address of somebody else', () => {
  let app: TestApp;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function squatted() {
    const email = `victim${(people += 1)}@example.com`;
    const names = { alternate_id: `squatter${people}`, first_name: 'Mallory', last_name: 'Squatter' };
    const { body } = await yat.post('/users', { email, password: SQUATTERS, ...names });
    return { email, token: body.access_token };
  }
  const claim = async (email: string) => {
    const token = await mailedLink(app, email);
    return (await yat.post('/auth/magic_link/token', { token })).body.access_token;
  };

  it('takes no second factor before somebody has proven the address, and texts nobody', async () => {
    const { token } = await squatted();
    for (const provider of [
      { provider: 'SMS', phone: SQUATTERS_PHONE },
      { provider: 'GoogleAuthenticator' },
    ]) {
      const { status, body } = await yat.post('/account/2fa/enable', provider, token);
      expect([status, body.error]).toEqual([403, 'The e-mail address of the account has not been proven']);
    }
    expect((await yat.post('/account/2fa', { requires_2fa: 'GoogleAuthenticator' }, token)).status).toBe(403);
    expect(await app.rows(sql`SELECT FROM factor_setups`)).toEqual([]);
    expect(app.mailbox.count(SQUATTERS_PHONE)).toBe(0);
  });

  it('takes one as soon as the address is proven', async () => {
    const { email } = await squatted();
    const token = await claim(email);
    const { status } = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, token);
    expect(status).toBe(200);
  });

  it('keeps nothing of what it was registered with but the address', async () => {
    const { email } = await squatted();
    // As a release before this one let it be set up.
    await app.rows(
      sql`UPDATE accounts SET phone = ${SQUATTERS_PHONE}, second_factor = 'sms' WHERE email = ${email}`,
    );
    const { body } = await yat.account(await claim(email));
    expect(body.user).toMatchObject({ email, alternate_id: null, first_name: '', last_name: '' });
    const [account] = await app.rows(sql`
      SELECT phone, second_factor, username, password_hash FROM accounts WHERE email = ${email}`);
    expect(account).toEqual({ phone: null, second_factor: 'none', username: null, password_hash: null });
  });

  it('lets nobody in by the phone of whoever registered it', async () => {
    const { email } = await squatted();
    await app.rows(sql`UPDATE accounts SET phone = ${SQUATTERS_PHONE} WHERE email = ${email}`);
    await claim(email);
    const wacht = new WachtClient(app);
    const { id } = await wacht.signIn({ strategy: 'phone_otp', phone_number: SQUATTERS_PHONE });
    await wacht.prepare(id, 'sms');
    expect(app.mailbox.count(SQUATTERS_PHONE)).toBe(0);
  });

  it('frees the user name it was registered with for its next owner', async () => {
    const { email } = await squatted();
    const name = `squatter${people}`;
    await claim(email);
    const taken = await yat.post('/users', { alternate_id: name, password: SQUATTERS });
    expect(taken.status).toBe(200);
  });

  it('ends the session that the registration answered, and the one of a sign-in, when its owner comes', async () => {
    const { email, token } = await squatted();
    const signedIn = (await yat.signIn(email, SQUATTERS)).body;
    await claim(email);
    expect((await yat.account(token)).status).toBe(401);
    expect((await yat.account(signedIn.access_token)).status).toBe(401);
    expect((await yat.refresh(signedIn.refresh_token)).status).toBe(401);
    expect((await yat.signIn(email, SQUATTERS)).status).toBe(401);
  });

  it('a second claim of the same account changes nothing of what its owner has set since', async () => {
    const { email } = await squatted();
    const token = await claim(email);
    await yat.call('PATCH', '/account', { first_name: 'Vera' }, token);
    app.clock.advanceSeconds(60);
    expect((await yat.account(await claim(email))).body.user).toMatchObject({ first_name: 'Vera' });
  });
});
