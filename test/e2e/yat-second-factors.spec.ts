import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('second factors of yat clients', () => {
  let app: TestApp;
  let client: YatClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const email = `factor${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    const { access_token, refresh_token } = (await client.signIn(email)).body;
    const post = (path: string, body: unknown = {}, token = access_token) =>
      client.post(`/account/2fa${path}`, body, token);
    return { id, email, access_token, refresh_token, post };
  }
  async function withAuthenticator() {
    const holder = await signedIn();
    const { body } = await holder.post('/enable', { provider: 'GoogleAuthenticator', default: true });
    const authenticator = new Authenticator(app, body.ga_secret as string);
    expect((await holder.post('/confirm', { code: authenticator.code() })).status).toBe(200);
    return { ...holder, authenticator, codes: body.backup_codes as string[] };
  }

  it('sets an authenticator up in the newer shape: secret in base32, QR code, ten backup codes', async () => {
    const { post, email } = await signedIn();
    const { status, body } = await post('/enable', { provider: 'GoogleAuthenticator', default: true });
    expect(status).toBe(200);
    expect(body.ga_secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(body.ga_qr_code_svg).toMatch(/^<svg /);
    expect(body.backup_codes).toHaveLength(10);
    for (const code of body.backup_codes ?? []) expect(code).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}$/);
    expect((await client.signIn(email)).body).not.toHaveProperty('requires_2fa');
    const code = new Authenticator(app, body.ga_secret as string).code();
    expect((await post('/confirm', { code })).status).toBe(200);
    expect((await client.signIn(email)).body.requires_2fa).toBe('GoogleAuthenticator');
  });

  it('leaves the backup codes as they are until the new factor is confirmed', async () => {
    const { id, post, codes, email } = await withAuthenticator();
    const { body } = await post('/enable', { provider: 'GoogleAuthenticator', default: true });
    const stored = () =>
      app.rows(sql`SELECT code_hash FROM backup_codes WHERE account_id = ${id} AND used_at IS NULL`);
    expect(await stored()).toHaveLength(10);
    // One of the old codes is still one, and none of the new ones is.
    const tokens = (await client.signIn(email)).body;
    expect((await client.confirm(tokens.refresh_token, (body.backup_codes ?? [])[0] as string)).status).toBe(
      401,
    );
    expect((await client.confirm(tokens.refresh_token, codes[0] as string)).status).toBe(200);
    app.clock.advanceSeconds(30);
    expect(
      (await post('/confirm', { code: new Authenticator(app, body.ga_secret as string).code() })).status,
    ).toBe(200);
    expect(await stored()).toHaveLength(10);
    const again = (await client.signIn(email)).body;
    expect((await client.confirm(again.refresh_token, codes[1] as string)).status).toBe(401);
    expect((await client.confirm(again.refresh_token, (body.backup_codes ?? [])[1] as string)).status).toBe(
      200,
    );
  });

  it('sets one up in the older shape: secret in hex, QR code in the size that was asked for', async () => {
    const { post, email } = await signedIn();
    const { body } = await post('', { requires_2fa: 'GoogleAuthenticator', width: 200, height: 200 });
    expect(body.secret).toMatch(/^[0-9a-f]{40}$/);
    expect(body.qr_code_svg).toMatch(/^<svg width="200" height="200" /);
    const code = new Authenticator(app, base32(Buffer.from(body.secret as string, 'hex'))).code();
    expect((await post('/confirm', { code })).status).toBe(200);
    expect((await client.signIn(email)).body.requires_2fa).toBe('GoogleAuthenticator');
    expect((await post('', { requires_2fa: null })).status).toBe(200);
    expect((await client.signIn(email)).body).not.toHaveProperty('requires_2fa');
  });

  it('sets a phone up: a code goes to it, and its last digits are shown', async () => {
    const { post, email } = await signedIn();
    const phone = '+4915112345681';
    const { status, body } = await post('/enable', { provider: 'SMS', phone: '+49 1511 2345681' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ phone_last_digits: '5681', backup_codes: expect.any(Array) });
    expect((await post('/confirm', { code: '000000' })).status).toBe(401);
    expect((await post('/confirm', { code: await app.mailbox.code(phone) })).status).toBe(200);
    const pending = (await client.signIn(email)).body;
    expect(pending.requires_2fa).toBe('SMS');
    expect((await client.confirm(pending.refresh_token, await app.mailbox.code(phone, 2))).status).toBe(200);
  });

  it('sends the code of a pending session again, once a minute', async () => {
    const phone = '+4915112345682';
    await app.createAccount({ email: 'again@example.com', phone, secondFactor: 'sms' });
    const { access_token, refresh_token } = (await client.signIn('again@example.com')).body;
    const first = await app.mailbox.code(phone);
    const sent = await client.post('/account/2fa/sms_code', undefined, access_token);
    expect(sent).toMatchObject({ status: 200, body: { phone_last_digits: '5682' } });
    const second = await app.mailbox.code(phone, 2);
    const tooSoon = await client.post('/account/2fa/sms_code', undefined, access_token);
    expect(tooSoon.status).toBe(429);
    expect(tooSoon.headers.get('retry-after')).toBe('60');
    const old = await client.confirm(refresh_token, first);
    expect(old.status).toBe(first === second ? 200 : 401);
    expect((await client.confirm(refresh_token, second)).status).toBe(200);
  });

  it('refuses a phone that is none, and one that another account has', async () => {
    await app.createAccount({ phone: '+4915112345683', secondFactor: 'none' });
    const { post } = await signedIn();
    const none = await post('/enable', { provider: 'SMS', phone: '+49 12' });
    expect(none.body.fields).toHaveProperty('phone');
    expect((await post('/enable', { provider: 'SMS', phone: '+4915112345683' })).status).toBe(200);
    const taken = await post('/confirm', { code: await app.mailbox.code('+4915112345683') });
    expect(taken.status).toBe(422);
    expect(taken.body.fields?.phone?.[0]?.code).toBe('uniqueness');
  });

  it('ends the sessions that lack it, in all protocols, and tells the owner', async () => {
    const { email, post, refresh_token } = await signedIn();
    const other = (await client.signIn(email)).body;
    const navixy = new NavixyClient(app);
    const hash = (await navixy.signIn(email)).body.hash;
    const { ga_secret } = (await post('/enable', { provider: 'GoogleAuthenticator' })).body;
    expect((await navixy.post('/user/get_info', undefined, hash)).status).toBe(200);
    await post('/confirm', { code: new Authenticator(app, ga_secret as string).code() });
    expect((await client.refresh(other.refresh_token)).status).toBe(401);
    expect((await navixy.post('/user/get_info', undefined, hash)).status).toBe(400);
    expect((await client.refresh(refresh_token)).status).toBe(200);
    expect((await app.mailbox.newest(email)).subject).toContain('second factor');
  });

  it('marks the session that confirmed it', async () => {
    const { access_token } = await withAuthenticator();
    expect((await client.call('PATCH', '/account', { first_name: 'A' }, access_token)).status).toBe(200);
  });

  it('takes it away with a fresh proof, with its backup codes, and tells the owner', async () => {
    const { id, email, post } = await withAuthenticator();
    expect((await post('/disable', { provider: 'GoogleAuthenticator' })).status).toBe(200);
    expect((await client.signIn(email)).body).not.toHaveProperty('requires_2fa');
    expect((await app.mailbox.newest(email, 2)).text).toContain('no second factor any more');
    expect(await app.rows(sql`SELECT code_hash FROM backup_codes WHERE account_id = ${id}`)).toEqual([]);
    expect(await app.rows(sql`SELECT account_id FROM totp_factors WHERE account_id = ${id}`)).toEqual([]);
  });

  it.each([
    ['', { requires_2fa: 'GoogleAuthenticator' }],
    ['', { requires_2fa: null }],
    ['/enable', { provider: 'GoogleAuthenticator' }],
    ['/enable', { provider: 'SMS', phone: '+4915112345684' }],
    ['/disable', {}],
  ])('answers 424 to POST /account/2fa%s %j when the proof is stale', async (path, body) => {
    const { post, refresh_token } = await withAuthenticator();
    app.clock.advanceSeconds(600);
    const { access_token } = (await client.refresh(refresh_token)).body;
    app.clock.advanceSeconds(300);
    expect((await post(path, body, access_token)).status).toBe(424);
  });

  it('takes it away with a backup code, which signs nobody in', async () => {
    const { email, codes } = await withAuthenticator();
    const pending = (await client.signIn(email)).body;
    const { status, body } = await client.post('/account/2fa/backup_disable', {
      email,
      backup_code: codes[0],
    });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['message']);
    expect((await client.refresh(pending.refresh_token)).status).toBe(401);
    expect((await client.signIn(email)).body).not.toHaveProperty('requires_2fa');
    expect((await client.post('/account/2fa/backup_disable', { email, backup_code: codes[1] })).status).toBe(
      401,
    );
  });

  it('takes the backup codes that docspace handed out: they are the account’s', async () => {
    const email = `factor${(accounts += 1)}@example.com`;
    const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const docspace = new DocspaceClient(app);
    const code = new Authenticator(app, otpauthUri as string).code();
    const token = String((await docspace.verify(email, code)).body.response['token']);
    const kept = await docspace.authorized<{ code: string }[]>('GET', '/settings/tfaappcodes', token);
    const [first, second] = kept.body.response.map((each) => each.code);
    const { refresh_token } = (await client.signIn(email)).body;
    expect((await client.confirm(refresh_token, first as string)).status).toBe(200);
    const removal = { email, backup_code: second };
    expect((await client.post('/account/2fa/backup_disable', removal)).status).toBe(200);
  });

  it('answers a wrong backup code and an unknown person alike', async () => {
    const { email } = await withAuthenticator();
    const answers = await Promise.all(
      [email, 'nobody@example.com'].map((name) =>
        client.post('/account/2fa/backup_disable', { email: name, backup_code: 'aaaa-bbbb' }),
      ),
    );
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
      { status: 401, body: { error: 'Wrong code', fields: {} } },
      { status: 401, body: { error: 'Wrong code', fields: {} } },
    ]);
  });

  it.each([
    ['/confirm', { code: '12345' }, 'code'],
    ['/enable', {}, 'provider'],
    ['/enable', { provider: 'SMS' }, 'phone'],
    ['/enable', { provider: 'Fax' }, 'provider'],
    ['', { requires_2fa: 'SMS' }, 'requires_2fa'],
    ['', {}, 'requires_2fa'],
    ['', { requires_2fa: 'GoogleAuthenticator', width: '200' }, 'width'],
    ['/backup_disable', { email: 'a@example.com' }, 'backup_code'],
    ...['aaaaa', 'aaaaaaa', 'aaaaaaaaa'].map(
      (backup_code) =>
        ['/backup_disable', { email: 'a@example.com', backup_code }, 'backup_code'] as [
          string,
          object,
          string,
        ],
    ),
  ])('refuses POST /account/2fa%s %j with 422 naming %s', async (path, body, field) => {
    const { post } = await signedIn();
    const answer = await post(path, body);
    expect(answer.status).toBe(422);
    expect(Object.keys(answer.body.fields ?? {})).toEqual([field]);
  });

  it('abuse: a set-up that was replaced cannot be confirmed, nor one confirmed twice, nor too late', async () => {
    const { post } = await signedIn();
    const first = new Authenticator(
      app,
      (await post('/enable', { provider: 'GoogleAuthenticator' })).body.ga_secret as string,
    );
    const second = new Authenticator(
      app,
      (await post('/enable', { provider: 'GoogleAuthenticator' })).body.ga_secret as string,
    );
    expect((await post('/confirm', { code: first.code() })).status).toBe(401);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post('/confirm', { code: second.code() })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('abuse: a stranger without the access token changes nothing', async () => {
    for (const path of ['', '/enable', '/confirm', '/disable', '/sms_code']) {
      expect((await client.post(`/account/2fa${path}`, { provider: 'SMS' })).status).toBe(401);
    }
  });

  it('abuse: the code that confirmed an authenticator signs nobody in afterwards', async () => {
    const { email, authenticator } = await withAuthenticator();
    const { refresh_token } = (await client.signIn(email)).body;
    expect((await client.confirm(refresh_token, authenticator.code())).status).toBe(401);
    app.clock.advanceSeconds(30);
    expect((await client.confirm(refresh_token, authenticator.code())).status).toBe(200);
  });
});

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group, 2)])
    .join('');
}
