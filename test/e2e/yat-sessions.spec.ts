import { TestApp } from '../support/test-app.js';
import { claimsOf, YatClient } from '../support/yat-client.js';

interface Listed {
  id: string;
  protocol: string;
  current: boolean;
}

describe('the sessions of an account, as its owner sees and ends them with a yat client', () => {
  let app: TestApp;
  let client: YatClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  const signIn = async (email: string) => {
    app.clock.advanceSeconds(1);
    const { access_token, refresh_token } = (await client.signIn(email)).body;
    return { access_token, refresh_token, id: String(claimsOf(access_token)['sid']) };
  };
  const list = async (token: string) => {
    const { status, body } = await client.call('GET', '/account/sessions', undefined, token);
    expect(status).toBe(200);
    return (body as unknown as { sessions: Listed[] }).sessions;
  };
  const end = (token: string, path = '') =>
    client.call('DELETE', `/account/sessions${path}`, undefined, token);
  const isAlive = async (token: string) => (await client.account(token)).status === 200;

  it('lists them, newest last, with those of other protocols, and marks the own one', async () => {
    const { email } = await app.given.person();
    const [first, own] = [await signIn(email), await signIn(email)];
    expect(await list(own.access_token)).toEqual([
      {
        id: first.id,
        created_at: expect.any(String),
        expires_at: expect.any(String),
        ip_address: '127.0.0.1',
        user_agent: expect.any(String),
        device: expect.any(String),
        protocol: 'yat',
        current: false,
      },
      expect.objectContaining({ id: own.id, current: true }),
    ]);
  });

  it('ends one of them, and that one alone', async () => {
    const { email } = await app.given.person();
    const [one, two, own] = [await signIn(email), await signIn(email), await signIn(email)];
    expect((await end(own.access_token, `/${one.id}`)).status).toBe(200);
    expect((await client.refresh(one.refresh_token)).status).toBe(401);
    expect(await Promise.all([one, two, own].map((each) => isAlive(each.access_token)))).toEqual([
      false,
      true,
      true,
    ]);
    expect((await list(own.access_token)).map(({ id }) => id)).toEqual([two.id, own.id]);
  });

  it('ends all but the own one, and its own', async () => {
    const { email } = await app.given.person();
    const [one, own] = [await signIn(email), await signIn(email)];
    expect((await end(own.access_token)).status).toBe(200);
    expect([await isAlive(one.access_token), await isAlive(own.access_token)]).toEqual([false, true]);
    expect((await end(own.access_token, `/${own.id}`)).status).toBe(200);
    expect(await isAlive(own.access_token)).toBe(false);
  });

  it('abuse: nobody ends a session of somebody else, or of none', async () => {
    const [mine, theirs] = [await app.given.person(), await app.given.person()];
    const [own, other] = [await signIn(mine.email), await signIn(theirs.email)];
    for (const id of [other.id, '1', '9'.repeat(19), 'x', '%00', '0x1'])
      expect((await end(own.access_token, `/${id}`)).status).toBe(422);
    expect(await isAlive(other.access_token)).toBe(true);
  });

  it('abuse: a session that waits for its second factor sees none and ends none', async () => {
    const { email } = await app.given.person({ factor: 'totp' });
    const pending = (await client.signIn(email)).body.access_token;
    expect((await client.call('GET', '/account/sessions', undefined, pending)).status).toBe(401);
    expect((await end(pending)).status).toBe(401);
  });

  it('abuse: of an ended session the token does nothing', async () => {
    const { email } = await app.given.person();
    const [gone, left] = [await signIn(email), await signIn(email)];
    await end(left.access_token, `/${gone.id}`);
    expect((await end(gone.access_token)).status).toBe(401);
    expect(await isAlive(left.access_token)).toBe(true);
  });
});
