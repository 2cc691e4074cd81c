import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

describe('the sign-ins of an account, as its owner sees and ends them with a wacht client', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  async function person() {
    const email = `owner${(people += 1)}@example.com`;
    return { email, ...(await app.createAccount({ email, secondFactor: 'none' })) };
  }
  async function signedIn(email: string, userAgent = FIREFOX) {
    const client = new WachtClient(app, { 'User-Agent': userAgent });
    app.clock.advanceSeconds(1);
    const { answer } = await client.signInWithPassword(email);
    return { client, id: answer.body.session.active_signin?.id as string };
  }
  const idsOf = async (client: WachtClient) =>
    (await client.get('/me/signins')).body.data.map(({ id }: { id: string }) => id);

  it('lists them with device, place and time, those of other protocols too, and marks the own one', async () => {
    const { email, id: user_id } = await person();
    const first = await signedIn(email);
    const second = await signedIn(email, 'curl/8');
    const { body } = await second.client.get('/me/signins');
    const common = { user_id, ip_address: '127.0.0.1', protocol: 'wacht', created_at: expect.any(String) };
    expect(body.data).toEqual([
      {
        ...common,
        id: first.id,
        user_agent: FIREFOX,
        device: 'Firefox on Linux',
        current: false,
        expires_at: expect.any(String),
      },
      {
        ...common,
        id: second.id,
        user_agent: 'curl/8',
        device: 'unknown',
        current: true,
        expires_at: expect.any(String),
      },
    ]);
    await new YatClient(app).signIn(email);
    const [, , yat] = (await second.client.get('/me/signins')).body.data;
    expect(yat).toMatchObject({ protocol: 'yat', current: false });
  });

  it('lists none that has ended or is over, nor one whose browser session is', async () => {
    const { email } = await person();
    const gone = await signedIn(email);
    await gone.client.post('/session/sign-out');
    const left = await signedIn(email);
    app.clock.advanceSeconds(86_400);
    const own = await signedIn(email);
    expect(await idsOf(own.client)).toEqual([own.id]);
    expect(left.id).not.toBe(own.id);
  });

  it.each(['POST', 'PATCH'])('ends one of them by %s, and that one alone', async (method) => {
    const { email, id: account } = await person();
    const [one, two, own] = [await signedIn(email), await signedIn(email), await signedIn(email)];
    const ended = await own.client.send(`/me/signins/${one.id}/signout`, { method });
    expect(ended.body.data).toEqual({ success: true });
    expect((await one.client.get('/me')).code).toBe('NOT_AUTHENTICATED');
    expect(await idsOf(own.client)).toEqual([two.id, own.id]);
    const [row] = await app.rows(
      sql`SELECT outcome, session_id::text AS session FROM audit_events WHERE account_id = ${account} AND event = 'session.end'`,
    );
    expect(row).toEqual({ outcome: 'ended', session: one.id });
  });

  it('ends the own one, and the answer shows it', async () => {
    const { client, id } = await signedIn((await person()).email);
    const { body } = await client.post(`/me/signins/${id}/signout`);
    expect(body.session).toMatchObject({ signins: [], active_signin: null });
  });

  it('ends all others, in all protocols, and what is being signed in to at the time', async () => {
    const { email } = await person();
    const one = await signedIn(email);
    const begun = new WachtClient(app);
    const { id, code } = await begun.begun(email);
    const yat = new YatClient(app);
    const { access_token } = (await yat.signIn(email)).body;
    const own = await signedIn(email);
    expect((await own.client.post('/me/signins/signout-others')).body.data).toEqual({ success: true });
    expect(await idsOf(own.client)).toEqual([own.id]);
    expect((await one.client.get('/me')).code).toBe('NOT_AUTHENTICATED');
    expect((await begun.verify(id, code)).code).toBe('INVALID_CODE');
    expect((await yat.account(access_token)).status).toBe(401);
  });

  it.each(['1', '9'.repeat(19), 'x', '%00', '1%20OR%201', '9'.repeat(30)])(
    'refuses the id %s, which names no sign-in',
    async (id) => {
      const { client } = await signedIn((await person()).email);
      expect((await client.post(`/me/signins/${id}/signout`)).code).toBe('VALIDATION_ERROR');
    },
  );

  it("abuse: another account's sign-in cannot be ended, and the try is recorded", async () => {
    const victim = await signedIn((await person()).email);
    const { email, id } = await person();
    const thief = await signedIn(email);
    expect((await thief.client.post(`/me/signins/${victim.id}/signout`)).code).toBe('VALIDATION_ERROR');
    expect((await victim.client.get('/me')).status).toBe(200);
    const rows = await app.rows(
      sql`SELECT outcome FROM audit_events WHERE account_id = ${id} AND event = 'session.end'`,
    );
    expect(rows).toEqual([{ outcome: 'absent' }]);
  });

  it('abuse: of two that end one another at once neither is left hanging, and at most one stays', async () => {
    const { email } = await person();
    const [one, two] = [await signedIn(email), await signedIn(email)];
    const answers = await Promise.all([
      one.client.post(`/me/signins/${two.id}/signout`),
      two.client.post(`/me/signins/${one.id}/signout`),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});
