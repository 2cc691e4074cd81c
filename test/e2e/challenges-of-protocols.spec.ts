import { challengeOf } from '@app/accounts';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WachtPasskeys } from '../support/wacht-passkeys.js';

/** What a browser writes down of a page that another site shows in a frame. */
const FRAMES = [
  ['crossOrigin', { crossOrigin: true }],
  ['topOrigin', { topOrigin: 'https://evil.example' }],
] as const;

describe('a challenge', () => {
  let app: TestApp;
  let dfns: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
    dfns = new DfnsClient(app);
    people = new DfnsPeople(app, dfns);
  });
  afterAll(() => app.stop());

  const browser = () => new WachtPasskeys(new WachtClient(app));
  const login = (challengeIdentifier: string, firstFactor: object) =>
    dfns.post('/auth/login', { challengeIdentifier, firstFactor });

  /** Somebody with a passkey, and a browser in which they are signed in. */
  async function owner() {
    const { email } = await people.newcomer();
    const page = browser();
    await page.client.signInWithPassword(email);
    return { email, page, key: await page.add() };
  }

  it('of a browser of wacht is no challenge in dfns, which knows no browsers, and stays good', async () => {
    const { key } = await owner();
    const page = browser();
    const challenge = await page.loginChallenge();
    expect((await login(challenge, key.firstFactor(challengeOf(challenge)))).status).toBe(401);
    expect((await page.finish(challenge, key)).status).toBe(200);
  });

  it('of dfns is none in wacht, and stays good', async () => {
    const { email, key } = await owner();
    const { challenge, challengeIdentifier } = await people.loginChallenge(email);
    for (const presented of [challenge, challengeIdentifier])
      expect((await browser().finish(presented, key)).status).toBe(401);
    expect((await login(challengeIdentifier, key.firstFactor(challenge))).status).toBe(200);
  });

  it('for a passkey of wacht gives no key by dfns', async () => {
    const { email, page } = await owner();
    const token = await page.registrationChallenge();
    const key = new SoftwareKey();
    const body = { firstFactorCredential: key.create(challengeOf(token)) };
    expect((await dfns.post('/auth/registration', body, token)).status).toBe(401);
    expect((await people.login({ email, key })).status).toBe(401);
  });

  it('for a first key of dfns gives no passkey by wacht', async () => {
    const { email } = await people.newcomer();
    const ticket = await people.registrationChallenge(email);
    const { page } = await owner();
    const taken = await page.register(ticket.temporaryAuthenticationToken, new SoftwareAuthenticator());
    expect(taken.status).toBe(401);
  });

  it.each(FRAMES)(
    'abuse: is not answered in a frame of another site, by a new passkey (%s)',
    async (_, changes) => {
      const { page } = await owner();
      const registered = await page.register(
        await page.registrationChallenge(),
        new SoftwareAuthenticator(),
        changes,
      );
      expect(registered.status).toBe(401);
      const { email } = await people.newcomer();
      const { challenge, temporaryAuthenticationToken } = await people.registrationChallenge(email);
      const body = { firstFactorCredential: new SoftwareAuthenticator().create(challenge, changes) };
      expect((await dfns.post('/auth/registration', body, temporaryAuthenticationToken)).status).toBe(401);
    },
  );

  it.each(FRAMES)('abuse: nor by one that signs in (%s)', async (_, changes) => {
    const { email, key } = await owner();
    const page = browser();
    expect((await page.finish(await page.loginChallenge(), key, changes)).status).toBe(401);
    const { challenge, challengeIdentifier } = await people.loginChallenge(email);
    expect((await login(challengeIdentifier, key.firstFactor(challenge, changes))).status).toBe(401);
    expect((await login(challengeIdentifier, key.firstFactor(challenge))).status).toBe(200);
  });
});
