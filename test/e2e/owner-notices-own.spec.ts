import type { SecondFactor } from '@app/accounts';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, type Member } from '../support/dfns-people.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { everywhere, told } from '../support/notices.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const STRONG = 'gelbe Kanne im Schnee 7';

/** An owner learns what is done with the account, at every channel that it had before, and at a phone it has now. */
describe('the notices of an owner, of what is done in the account', () => {
  let app: TestApp;
  let yat: YatClient;
  let known: DfnsPeople;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    yat = new YatClient(app);
    known = new DfnsPeople(app, new DfnsClient(app));
  });
  afterAll(() => app.stop());

  const freshPhone = () => `+49151125${String((people += 1)).padStart(5, '0')}`;
  async function person(secondFactor: SecondFactor = 'none') {
    const phone = freshPhone();
    const email = `notices${people}@example.com`;
    return { email, phone, ...(await app.createAccount({ email, phone, secondFactor })) };
  }

  describe('of a session of yat', () => {
    const patch = async (email: string, change: object) => {
      const { access_token } = (await yat.signIn(email)).body;
      return (await yat.call('PATCH', '/account', change, access_token)).status;
    };

    it('tell of a password and of a user name, each by itself and of both at once', async () => {
      const one = await person();
      expect(await patch(one.email, { password: STRONG })).toBe(200);
      expect(await told(app, one.id)).toEqual(everywhere('password_changed', one));
      const other = await person();
      expect(await patch(other.email, { alternate_id: `notices.${people}` })).toBe(200);
      expect(await told(app, other.id)).toEqual(everywhere('username_changed', other));
      const both = await person();
      const change = { alternate_id: `notices.${people}`, password: STRONG };
      expect(await patch(both.email, change)).toBe(200);
      expect((await told(app, both.id)).sort()).toEqual(
        [...everywhere('password_changed', both), ...everywhere('username_changed', both)].sort(),
      );
    });

    it('tell of nothing that stays the same, that is no way in, or that is refused', async () => {
      const one = await person();
      const alternate_id = `notices.${people}`;
      await patch(one.email, { alternate_id });
      const before = await told(app, one.id);
      expect(await patch(one.email, { alternate_id, first_name: 'Ada' })).toBe(200);
      const taken = await person();
      expect(await patch(taken.email, { alternate_id })).toBe(422);
      expect(await told(app, one.id)).toEqual(before);
      expect(await told(app, taken.id)).toEqual([]);
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
      expect(await told(app, one.id)).toEqual(enabled);
      expect((await yat.post('/account/2fa/disable', {}, access_token)).status).toBe(200);
      expect(await told(app, one.id)).toEqual([
        ...enabled,
        ...everywhere('factor_changed', { ...one, phone: other }),
      ]);
    });
  });

  it('tell of a reset by the mailbox the phone too', async () => {
    const one = await person();
    await new WachtClient(app).post('/auth/forgot-password', { email: one.email });
    const { text } = await app.mailbox.newest(one.email);
    const token = /(?<!not-me\?)token=([\w-]+)/.exec(text)?.[1];
    const answer = await new WachtClient(app).post('/auth/reset-password', { token, password: STRONG });
    expect(answer.status).toBe(200);
    expect(await told(app, one.id)).toEqual(everywhere('password_changed', one));
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
    expect(await told(app, one.id)).toEqual(everywhere('factor_changed', one));
    expect((await app.mailbox.newest(one.phone)).text).toContain('new backup codes');
  });

  it('tell of first keys, and of the authenticator that comes with them', async () => {
    const phone = freshPhone();
    const { id, email } = await known.member({ phone });
    expect(await told(app, id)).toEqual(everywhere('keys_added', { email, phone }));

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
    expect(await told(app, other.id)).toEqual([
      `email factor_changed ${other.email}`,
      `email keys_added ${other.email}`,
    ]);
  });

  it('tell of a recovery, and of the authenticator that comes with it where there was none', async () => {
    const recover = async (member: Member, withTotp: boolean) => {
      const before = await told(app, member.id);
      const { challenge, temporaryAuthenticationToken, otpUrl } = await known.recoveryChallenge(member);
      const otpCode = withTotp && new Authenticator(app, otpUrl).code();
      const newCredentials = {
        firstFactorCredential: new SoftwareKey('Key').create(challenge),
        ...(otpCode && { secondFactorCredential: { credentialKind: 'Totp', credentialInfo: { otpCode } } }),
      };
      const sent = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
      const { status } = await known.client.post('/auth/recover/user', sent, temporaryAuthenticationToken);
      expect(status).toBe(200);
      return (await told(app, member.id)).slice(before.length).sort();
    };
    const bare = { phone: freshPhone() };
    const one = { ...bare, ...(await known.member(bare)) };
    expect(await recover(one, true)).toEqual(
      [...everywhere('factor_changed', one), ...everywhere('recovery_completed', one)].sort(),
    );
    const secured = { phone: freshPhone(), secondFactor: 'totp' };
    const other = { ...secured, ...(await known.member(secured)) };
    expect(await recover(other, false)).toEqual(everywhere('recovery_completed', other));
  });

  it('of an account whose owner comes for the first time are none: nothing was theirs before', async () => {
    const email = `notices${(people += 1)}@example.com`;
    await yat.post('/users', { email, password: PASSWORD });
    await yat.post('/auth/magic_link/token', { token: await mailedLink(app, email) });
    const [row] = await app.rows<{ id: string }>(sql`SELECT id FROM accounts WHERE email = ${email}`);
    expect(await told(app, row?.id as string)).toEqual([]);
  });
});
