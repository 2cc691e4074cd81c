import { DocspaceClient } from '../support/docspace-client.js';
import { IdentityProviderServer, OTHER_CLIENT, OUR_CLIENT } from '../support/identity-provider.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

/** As the web client signs in with a third party: it sends the profile and nothing else. */
describe('POST /api/2.0/authentication with an ID token of whichever provider made it', () => {
  let [acme, other]: IdentityProviderServer[] = [];
  let app: TestApp;
  let client: DocspaceClient;
  let people = 0;

  beforeAll(async () => {
    [acme, other] = [await IdentityProviderServer.start(), await IdentityProviderServer.start()];
    const configured = acme.environment({ name: 'Acme' });
    app = await TestApp.start({ ...configured, DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    client = new DocspaceClient(app);
  });
  afterAll(async () => {
    await app.stop();
    await acme?.stop();
    await other?.stop();
  });

  async function person() {
    const email = `issuer${(people += 1)}@example.com`;
    const sub = `sub-${people}`;
    for (const idp of [acme, other]) idp?.people.set(sub, { sub, email, email_verified: true });
    await app.createAccount({ email, secondFactor: 'none' });
    return { email, sub };
  }
  const WITH_ADDRESS = { claims: JSON.stringify({ id_token: { email: null, email_verified: null } }) };
  const profile = async (idp: IdentityProviderServer | undefined, sub: string, of = OUR_CLIENT) =>
    (await idp?.tokens(sub, of, WITH_ADDRESS))?.id_token;
  const signIn = (body: object) => client.call('POST', '/authentication', body);

  it('signs in who it names', async () => {
    const { sub } = await person();
    const serializedProfile = await profile(acme, sub);
    for (const more of [{}, { provider: '', userName: '' }, { provider: null, session: true }]) {
      const { status, body } = await signIn({ serializedProfile, ...more });
      expect([more, status]).toEqual([more, 200]);
      expect(await client.isGood({ Authorization: body.response.token as string })).toBe(true);
    }
  });

  it('is 400 for a provider that is not configured, and for what is no ID token', async () => {
    const { sub } = await person();
    for (const serializedProfile of [await profile(other, sub), 'x', 'a.b.c', 'e30.e30.'])
      expect((await signIn({ serializedProfile })).status).toBe(400);
  });

  it('is 400 with a code or an access token alone, which do not say whose they are', async () => {
    for (const proof of [{ codeOAuth: 'x' }, { accessToken: 'x' }, { accessToken: 'x', userName: ' ' }])
      expect(await signIn(proof)).toMatchObject({
        status: 400,
        body: { error: { message: 'provider is missing' } },
      });
  });

  it('is a password where there is a user name, whatever profile lies beside it', async () => {
    const { email, sub } = await person();
    const serializedProfile = await profile(acme, sub);
    expect((await signIn({ userName: email, password: PASSWORD, serializedProfile })).status).toBe(200);
    expect((await signIn({ userName: email, password: 'wrong', serializedProfile })).status).toBe(401);
    expect((await signIn({ userName: email, serializedProfile })).status).toBe(400);
  });

  it('abuse: believes nothing of a token because it says who made it', async () => {
    const { sub } = await person();
    expect((await signIn({ serializedProfile: await profile(acme, sub, OTHER_CLIENT) })).status).toBe(401);
    const now = app.clock.now();
    const issuer = acme?.issuer;
    const forged = await other?.idToken(sub, now, { iss: issuer });
    expect((await signIn({ serializedProfile: forged })).status).toBe(401);
    const stale = await acme?.idToken(sub, now, { iat: Math.floor(now.getTime() / 1000) - 601 });
    expect((await signIn({ serializedProfile: stale })).status).toBe(401);
  });
});
