import { Authenticator } from '../support/authenticator.js';
import { otherThan } from '../support/navixy-client.js';
import { told } from '../support/notices.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const CONFIRM = '/me/authenticator/attempt-verification';

describe('the authenticator and the backup codes of who is signed in with a wacht client', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  async function owner(factor: 'none' | 'totp' = 'none') {
    const person = await app.given.person({ factor });
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(person.email);
    if (factor === 'totp') await client.verify(id, person.authenticator.code());
    return { ...person, client };
  }
  /** An authenticator that is set up and not confirmed, and the codes that it shows one after the other. */
  async function begun(client: WachtClient) {
    const { body } = await client.post('/me/authenticator');
    const shown = new Authenticator(app, body.data.totp_secret);
    const two = () => {
      const first = shown.code();
      app.clock.advanceSeconds(30);
      return [first, shown.code()];
    };
    return { ...(body.data as { id: string; otp_url: string; backup_codes: string[] }), shown, two };
  }

  it('sets one up, which signing in asks for once two codes of it in a row were shown', async () => {
    const { client, email, id: account } = await owner();
    const other = (await new YatClient(app).signIn(email)).body;
    const { id, otp_url, backup_codes, two, shown } = await begun(client);
    expect([id, backup_codes.length]).toEqual([account, 10]);
    expect(otp_url).toMatch(/^otpauth:\/\/totp\//);
    expect((await client.get('/me')).body.data).toMatchObject({ authenticators: [], second_factor: 'none' });
    const confirmed = await client.post(CONFIRM, { authenticator_id: id, codes: two() });
    expect(confirmed.body.data).toEqual({ success: true });
    expect((await client.get('/me')).body.data).toMatchObject({
      authenticators: [{ id: account }],
      second_factor: 'totp',
      backup_codes_generated: true,
    });
    expect(await told(app, account)).toEqual([`email factor_changed ${email}`]);
    expect((await new YatClient(app).refresh(other.refresh_token)).status).toBe(401);
    const browser = new WachtClient(app);
    const { id: attempt, answer } = await browser.signInWithPassword(email);
    expect(answer.body.data.signins).toEqual([]);
    app.clock.advanceSeconds(30);
    expect((await browser.verify(attempt, shown.code())).body.data.active_signin).toMatchObject({
      user_id: account,
    });
  });

  it('takes the codes as a form of the client has them, and one alone', async () => {
    const [one, other] = [await owner(), await owner()];
    const first = await begun(one.client);
    const form = new FormData();
    form.append('authenticator_id', first.id);
    for (const code of first.two()) form.append('codes', code);
    expect((await one.client.send(CONFIRM, { body: form })).status).toBe(200);
    const second = await begun(other.client);
    const alone = { authenticator_id: second.id, codes: [second.shown.code()] };
    expect((await other.client.post(CONFIRM, alone)).status).toBe(200);
  });

  it('takes it away again, with its backup codes', async () => {
    const { client, id, email } = await owner('totp');
    expect((await client.post(`/me/authenticator/${id}/delete`)).body.data).toEqual({ success: true });
    expect((await client.get('/me')).body.data).toMatchObject({ authenticators: [], second_factor: 'none' });
    expect((await client.send(`/me/authenticator/${id}`, { method: 'DELETE' })).code).toBe(
      'VALIDATION_ERROR',
    );
    expect(await told(app, id)).toEqual([`email factor_changed ${email}`]);
  });

  it.each(['/me/backup-codes', '/me/backup-codes/regenerate'])('%s voids the codes before', async (path) => {
    const { client, email, id } = await owner('totp');
    const [former, codes] = [(await client.post(path)).body.data, (await client.post(path)).body.data];
    expect([former.length, codes.length]).toEqual([10, 10]);
    expect(await told(app, id)).toEqual([`email factor_changed ${email}`, `email factor_changed ${email}`]);
    const enters = async (code: string) => {
      const browser = new WachtClient(app);
      const { id: attempt } = await browser.signInWithPassword(email);
      return (await browser.verify(attempt, code)).status === 200;
    };
    expect([await enters(former[0]), await enters(codes[0]), await enters(codes[0])]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('has no backup codes for an account without a second factor', async () => {
    const { client } = await owner();
    expect((await client.post('/me/backup-codes')).code).toBe('FORBIDDEN');
  });

  it('needs a fresh proof, until and not at 900 s', async () => {
    const { client, id } = await owner('totp');
    app.clock.advanceSeconds(899);
    expect((await client.post('/me/backup-codes')).status).toBe(200);
    app.clock.advanceSeconds(1);
    for (const path of ['/me/authenticator', '/me/backup-codes', `/me/authenticator/${id}/delete`])
      expect((await client.post(path)).code).toBe('FORBIDDEN');
  });

  describe('abuse', () => {
    it('two codes that did not follow one another are wrong, as is a wrong one', async () => {
      const { client } = await owner();
      const { id, two } = await begun(client);
      const [first = '', second = ''] = two();
      const wrong = [
        [second, first],
        [first, first],
        [otherThan(first), second],
        [first, otherThan(second)],
      ];
      for (const codes of wrong)
        expect((await client.post(CONFIRM, { authenticator_id: id, codes })).code).toBe('INVALID_CODE');
      expect((await client.post(CONFIRM, { authenticator_id: id, codes: [first, second] })).status).toBe(200);
    });

    it('guesses end with the tries of the set-up', async () => {
      const { client } = await owner();
      const { id, two } = await begun(client);
      const codes = two();
      for (let tries = 0; tries < 5; tries += 1)
        await client.post(CONFIRM, { authenticator_id: id, codes: ['000000', '000001'] });
      expect((await client.post(CONFIRM, { authenticator_id: id, codes })).code).toBe('INVALID_CODE');
      expect((await client.get('/me')).body.data.second_factor).toBe('none');
    });

    it('nobody confirms or removes that of another account', async () => {
      const [mine, theirs] = [await owner(), await owner('totp')];
      const { two } = await begun(mine.client);
      const body = { authenticator_id: theirs.id, codes: two() };
      expect((await mine.client.post(CONFIRM, body)).code).toBe('VALIDATION_ERROR');
      expect((await mine.client.post(`/me/authenticator/${theirs.id}/delete`)).code).toBe('VALIDATION_ERROR');
      expect((await theirs.client.get('/me')).body.data.second_factor).toBe('totp');
    });

    it.each([{}, { codes: [] }, { codes: ['1', '2', '3'] }, { codes: [{}] }, { codes: null }, { codes: 7 }])(
      'refuses %j in its own words',
      async (body) => {
        const { client, id } = await owner();
        expect((await client.post(CONFIRM, { authenticator_id: id, ...body })).code).toBe('VALIDATION_ERROR');
      },
    );
  });
});
