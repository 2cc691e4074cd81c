import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { AT_HOME } from '../support/dfns-people.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WachtPasskeys } from '../support/wacht-passkeys.js';

const CHALLENGE_SECONDS = 600;

describe('signing in with a passkey by a wacht client', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      ...AT_HOME,
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      CHALLENGE_SECONDS: String(CHALLENGE_SECONDS),
    });
  });
  afterAll(() => app.stop());

  const browser = () => new WachtPasskeys(new WachtClient(app));

  async function owner(secondFactor: 'none' | 'totp' = 'none') {
    const email = `passkey${(people += 1)}@example.com`;
    const { id, otpauthUri } = await app.createAccount({ email, secondFactor });
    const client = new WachtClient(app);
    const { id: attempt } = await client.signInWithPassword(email);
    const authenticator = otpauthUri ? new Authenticator(app, otpauthUri) : undefined;
    if (authenticator) await client.verify(attempt, authenticator.code());
    return { email, id, client, authenticator, key: await new WachtPasskeys(client).add() };
  }

  it('needs no name: the authenticator knows whose it is', async () => {
    const { id, key } = await owner();
    const page = browser();
    const begun = await page.client.post('/auth/passkey/login/begin');
    expect(begun.body.data.options.publicKey).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: CHALLENGE_SECONDS * 1000,
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [],
    });
    const before = page.client.cookie;
    const { body, status } = await page.finish(begun.body.data.options.publicKey.challenge, key);
    expect(status).toBe(200);
    expect(body.data.active_signin).toMatchObject({ user_id: id });
    expect(body.data.signin_attempts.at(-1)).toMatchObject({ method: 'passkey', completed: true });
    expect(page.client.cookie).not.toBe(before);
    expect((await page.client.get('/me')).body.data.id).toBe(id);
  });

  it('by name offers the passkeys of the account, and of nobody ones that look alike', async () => {
    const { email, key, id } = await owner();
    const page = browser();
    const known = await page.client.post('/auth/signin', { strategy: 'passkey', email });
    const { allowCredentials, challenge } = known.body.data.options.publicKey;
    expect(allowCredentials).toEqual([{ type: 'public-key', id: key.credId }]);
    expect(known.body.data.signins).toEqual([]);
    for (const nobody of ['nobody@example.com', 'nobody@example.com', 'NOBODY@example.com']) {
      const { body } = await page.client.post('/auth/passkey/login/begin', { email: nobody });
      expect(body.data.options.publicKey.allowCredentials).toEqual([
        { type: 'public-key', id: expect.stringMatching(/^[\w-]{43}$/) },
      ]);
    }
    expect((await page.finish(challenge, key)).body.data.active_signin).toMatchObject({ user_id: id });
  });

  it('stands for the first factor: the second one of the account is asked for as ever', async () => {
    const { key, id, authenticator } = await owner('totp');
    const page = browser();
    const { body } = await page.finish(await page.loginChallenge(), key);
    const attempt = body.data.signin_attempts.at(-1);
    expect(attempt).toMatchObject({ completed: false, current_step: 'verify_second_factor' });
    expect(body.data.active_signin).toBeNull();
    app.clock.advanceSeconds(30);
    const done = await page.client.verify(attempt?.id as string, (authenticator as Authenticator).code());
    expect(done.body.data.active_signin).toMatchObject({ user_id: id });
  });

  it('takes the answer for the life of the challenge, and not after', async () => {
    const { key } = await owner();
    const page = browser();
    const [early, late] = [await page.loginChallenge(), await page.loginChallenge()];
    app.clock.advanceSeconds(CHALLENGE_SECONDS - 1);
    expect((await page.finish(early, key)).status).toBe(200);
    app.clock.advanceSeconds(1);
    expect((await page.finish(late, key)).code).toBe('INVALID_CREDENTIALS');
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another ceremony', { type: 'webauthn.create' }],
  ])('abuse: refuses a signature for %s, and records it', async (_, changes) => {
    const { key } = await owner();
    const page = browser();
    const refused = await page.finish(await page.loginChallenge(), key, changes);
    expect(refused).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
    const [row] = await app.rows(sql`SELECT event, outcome FROM audit_events ORDER BY id DESC LIMIT 1`);
    expect(row).toEqual({ event: 'login.complete', outcome: 'wrong' });
  });

  it('abuse: a challenge is good once, and in the browser that asked', async () => {
    const { key } = await owner();
    const [page, thief] = [browser(), browser()];
    await thief.client.session();
    const challenge = await page.loginChallenge();
    const answer = page.assertion(challenge, key);
    const stolen = await thief.client.post('/auth/passkey/login/finish', answer);
    expect(stolen).toMatchObject({ status: 401, body: { session: { signins: [] } } });
    expect((await page.client.post('/auth/passkey/login/finish', answer)).status).toBe(200);
    expect((await page.client.post('/auth/passkey/login/finish', answer)).code).toBe('INVALID_CREDENTIALS');
    expect((await page.finish(challenge, key)).code).toBe('INVALID_CREDENTIALS');
  });

  it('abuse: a counter that stands still or goes back is a copy', async () => {
    const { key } = await owner();
    const page = browser();
    expect((await page.finish(await page.loginChallenge(), key)).status).toBe(200);
    key.counter -= 1;
    expect((await page.finish(await page.loginChallenge(), key)).code).toBe('INVALID_CREDENTIALS');
  });

  it("abuse: another account's passkey, one taken away, and one of nobody open nothing", async () => {
    const [one, other] = [await owner(), await owner()];
    const page = browser();
    const named = await page.loginChallenge({ email: one.email });
    expect((await page.finish(named, other.key)).code).toBe('INVALID_CREDENTIALS');
    expect((await page.finish(await page.loginChallenge(), new SoftwareAuthenticator())).code).toBe(
      'INVALID_CREDENTIALS',
    );
    const [{ id }] = (await other.client.get('/me/passkeys')).body.data;
    await other.client.post(`/me/passkeys/${id}/delete`);
    expect((await page.finish(await page.loginChallenge(), other.key)).code).toBe('INVALID_CREDENTIALS');
  });

  it('abuse: a disabled account is entered by no passkey', async () => {
    const { key, id } = await owner();
    const page = browser();
    const challenge = await page.loginChallenge();
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
    expect((await page.finish(challenge, key)).code).toBe('INVALID_CREDENTIALS');
  });

  it('abuse: of 16 answers to one challenge at once one signs in', async () => {
    const { key, id } = await owner();
    const page = browser();
    const challenge = await page.loginChallenge();
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => {
        const copy = page.client.copy();
        return copy.post('/auth/passkey/login/finish', page.assertion(challenge, key));
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const sessions = await app.rows(
      sql`SELECT id FROM sessions WHERE account_id = ${id} AND amr->0->>'method' = 'pop'`,
    );
    expect(sessions).toHaveLength(1);
  });
});
