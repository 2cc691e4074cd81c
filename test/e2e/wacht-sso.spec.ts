import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { IdentityProviderServer } from '../support/identity-provider.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const APP = 'https://app.example.com/signed-in';
const ELSEWHERE = 'https://app.example.com/other';

describe('signing in at an identity provider by a wacht client', () => {
  let idp: IdentityProviderServer;
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    idp = await IdentityProviderServer.start();
    const providers = [{ name: 'Acme' }, { name: 'down', issuer: 'http://127.0.0.1:1' }].flatMap(
      (changes) => JSON.parse(idp.environment(changes).OIDC_PROVIDERS) as object[],
    );
    app = await TestApp.start({
      PUBLIC_URL: 'http://localhost:3000',
      OIDC_PROVIDERS: JSON.stringify(providers),
      REDIRECT_URLS: `${APP},${ELSEWHERE}`,
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
    });
    // The provider's own time is the system's.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
  });
  afterAll(async () => {
    await app.stop();
    await idp.stop();
  });

  async function person({ verified = true, ...request }: Record<string, unknown> = {}) {
    const email = `sso${(people += 1)}@example.com`;
    const sub = `sso-${people}`;
    idp.people.set(sub, { sub, email, email_verified: verified });
    return { sub, email, ...(await app.createAccount({ email, secondFactor: 'none', ...request })) };
  }

  async function begun(sub: string, request: object = { provider: 'Acme', redirect_uri: APP }) {
    const client = new WachtClient(app);
    const { body } = await client.post('/auth/oauth2/init', request);
    const back = await idp.back(body.data.oauth_url as string, sub);
    return { client, url: body.data.oauth_url as string, back };
  }
  const comeBack = (client: WachtClient, back: URL) => client.get(`/auth/sso/callback${back.search}`);
  const locationOf = ({ headers }: { headers: Headers }) => headers.get('location');

  it('sends the browser there with PKCE, state and nonce, signs it in when it comes back, and leads it on', async () => {
    const { sub, id, email } = await person();
    const { client, url, back } = await begun(sub);
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      client_id: 'countersign',
      redirect_uri: 'http://localhost:3000/auth/sso/callback',
      response_type: 'code',
      scope: 'openid email',
      state: expect.any(String),
      nonce: expect.stringMatching(/^[\w-]{22}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const before = client.cookie;
    const answer = await comeBack(client, back);
    expect([answer.status, locationOf(answer)]).toEqual([302, APP]);
    expect(client.cookie).not.toBe(before);
    const { session } = (await client.session()).body;
    expect(session.active_signin).toMatchObject({ user_id: id });
    expect(session.signin_attempts).toMatchObject([{ method: 'sso', completed: true }]);
    expect((await client.get('/me')).body.data.social_connections).toEqual([
      { id: 'Acme', provider: 'Acme' },
    ]);
    expect((await app.mailbox.newest(email)).text).toContain('by way of Acme');
  });

  it('is a strategy of /auth/signin too, by the name that clients use, and leads to the first address by default', async () => {
    const { sub, id } = await person();
    const client = new WachtClient(app);
    const { body } = await client.post('/auth/signin', { strategy: 'sso', provider: 'acme_oauth' });
    expect(body.data.signin_attempts).toMatchObject([{ method: 'sso', completed: false }]);
    const answer = await comeBack(client, await idp.back(body.data.oauth_url as string, sub));
    expect(locationOf(answer)).toBe(APP);
    expect((await client.session()).body.session.active_signin).toMatchObject({ user_id: id });
  });

  it('waits for the second factor of the account, and links nothing before it', async () => {
    const { sub, id, otpauthUri } = await person({ secondFactor: 'totp' });
    const { client, back } = await begun(sub);
    await comeBack(client, back);
    const { session } = (await client.session()).body;
    expect(session.signin_attempts).toMatchObject([{ current_step: 'verify_second_factor' }]);
    expect(await app.rows(sql`SELECT subject FROM external_identities WHERE account_id = ${id}`)).toEqual([]);
    const code = new Authenticator(app, String(otpauthUri)).code();
    const done = await client.verify(session.signin_attempts[0]?.id as string, code);
    expect(done.body.session.active_signin).toMatchObject({ user_id: id });
  });

  it.each([
    ['an unknown provider', { provider: 'nobody', redirect_uri: APP }],
    ['an address that is not configured', { provider: 'Acme', redirect_uri: 'https://evil.example/' }],
    ['a longer address', { provider: 'Acme', redirect_uri: `${APP}/../x` }],
    ['no provider', { redirect_uri: APP }],
  ])('refuses %s', async (_, request) => {
    const client = new WachtClient(app);
    expect((await client.post('/auth/oauth2/init', request)).code).toBe('VALIDATION_ERROR');
  });

  it('says that a provider is out of reach', async () => {
    const refused = await new WachtClient(app).post('/auth/oauth2/init', { provider: 'down' });
    expect(refused).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
  });

  it.each([
    ['a stranger to us', async () => idp.people.set('nobody', { sub: 'nobody' }) && 'nobody'],
    ['an address that the provider has not verified', async () => (await person({ verified: false })).sub],
  ])('leads on with the refusal of %s, and signs nobody in', async (_, whom) => {
    const { client, back } = await begun(await whom(), { provider: 'Acme', redirect_uri: ELSEWHERE });
    const url = new URL(String(locationOf(await comeBack(client, back))));
    expect(url.href.startsWith(ELSEWHERE)).toBe(true);
    expect(url.searchParams.get('error')).toBe('INVALID_CREDENTIALS');
    expect((await client.session()).body.session.signins).toEqual([]);
  });

  it('leads on with the refusal of the provider itself', async () => {
    const { client, back } = await begun((await person()).sub);
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    const url = new URL(String(locationOf(await comeBack(client, back))));
    expect(url.searchParams.get('error')).toBe('INVALID_CREDENTIALS');
  });

  it("abuse: a state is good once, and is another browser's nothing", async () => {
    const { client, back } = await begun((await person()).sub);
    const thief = new WachtClient(app);
    await thief.session();
    const stolen = await comeBack(thief, back);
    expect(stolen).toMatchObject({ status: 400, code: 'INVALID_ATTEMPT' });
    expect(stolen.body.session.signins).toEqual([]);
    expect((await comeBack(client, back)).status).toBe(302);
    expect(await comeBack(client, back)).toMatchObject({ status: 400, code: 'INVALID_ATTEMPT' });
  });

  it("abuse: another sign-in's code is none, though it is of the same provider", async () => {
    const victim = await begun((await person()).sub);
    const { client, back } = await begun((await person()).sub);
    back.searchParams.set('code', String(victim.back.searchParams.get('code')));
    const url = new URL(String(locationOf(await comeBack(client, back))));
    expect(url.searchParams.get('error')).toBe('INVALID_CREDENTIALS');
    expect((await client.session()).body.session.signins).toEqual([]);
  });

  it.each(['', 'x', 't1.x', 't1.', '%00', 'x'.repeat(5000)])(
    'abuse: the state %j leads nowhere',
    async (state) => {
      const answer = await new WachtClient(app).get(`/auth/sso/callback?code=x&state=${state}`);
      expect(answer).toMatchObject({ status: 400, code: 'INVALID_ATTEMPT' });
      expect(locationOf(answer)).toBeNull();
    },
  );

  it('abuse: who registered the address of somebody else shares no account with them', async () => {
    const { sub, id, email } = await person();
    await app.rows(sql`UPDATE accounts SET activated_at = NULL WHERE id = ${id}`);
    const { client, back } = await begun(sub);
    expect(String(locationOf(await comeBack(client, back)))).toContain('error=INVALID_CREDENTIALS');
    expect(await app.rows(sql`SELECT subject FROM external_identities WHERE account_id = ${id}`)).toEqual([]);
    expect(app.mailbox.count(email)).toBe(0);
  });

  it('abuse: of 16 returns with one answer at once at most one signs in', async () => {
    const { sub, id } = await person();
    const { client, back } = await begun(sub);
    const answers = await Promise.all(Array.from({ length: 16 }, () => comeBack(client.copy(), back)));
    // A provider that sees its code twice takes back what it gave for it, so that it may be none.
    const entered = answers.filter((answer) => locationOf(answer) === APP);
    const sessions = await app.rows(sql`SELECT id FROM sessions WHERE account_id = ${id}`);
    expect(entered.length).toBeLessThanOrEqual(1);
    expect(sessions).toHaveLength(entered.length);
  });
});
