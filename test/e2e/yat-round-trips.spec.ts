import { Authenticator } from '../support/authenticator.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('round trips of yat calls to the database', () => {
  let app: TestApp;
  let client: YatClient;
  let counter: StatementCounter;
  let authenticator: Authenticator;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new YatClient(app);
    await app.createAccount({ email: 'trips@example.com', secondFactor: 'none' });
    const { otpauthUri } = await app.createAccount({ email: 'trips-totp@example.com', secondFactor: 'totp' });
    authenticator = new Authenticator(app, otpauthUri as string);
    // The signing keys are read once in a while, not by a request's own statements.
    await client.signIn('trips@example.com');
    counter = new StatementCounter(app);
  });
  afterAll(async () => {
    counter.stop();
    await app.stop();
  });

  const count = async (work: () => Promise<unknown>) => (await counter.during(work)).length;

  it('are three for a sign-in, and the same statements for known and unknown persons', async () => {
    expect(await count(() => client.signIn('trips@example.com'))).toBe(3);
    const known = await counter.during(() => client.signIn('trips@example.com', 'not the password'));
    const unknown = await counter.during(() => client.signIn('nobody@example.com', 'not the password'));
    expect(known).toHaveLength(3);
    expect(unknown).toEqual(known);
  });

  it('are two for a refresh, whatever becomes of it', async () => {
    const { refresh_token } = (await client.signIn('trips@example.com')).body;
    expect(await count(() => client.refresh(refresh_token))).toBe(2);
    expect(await count(() => client.refresh(refresh_token))).toBe(2);
    app.clock.advanceSeconds(11);
    await client.signIn('trips@example.com');
    expect(await count(() => client.refresh(refresh_token))).toBe(2);
  });

  it('are three for a second factor, right or wrong', async () => {
    const { refresh_token } = (await client.signIn('trips-totp@example.com')).body;
    expect(await count(() => client.confirm(refresh_token, authenticator.code(600)))).toBe(3);
    expect(await count(() => client.confirm(refresh_token, authenticator.code()))).toBe(3);
  });

  it('is one for GET /account, its limit and its answer together, of a good token and of a forged one', async () => {
    const { access_token } = (await client.signIn('trips@example.com')).body;
    expect(await count(() => client.account(access_token))).toBe(1);
    const forged = `${access_token.slice(0, -4)}AAAA`;
    expect(await count(() => client.account(forged))).toBe(1);
  });

  it('are two for a magic link, the same statements for known and unknown persons', async () => {
    const known = await counter.during(() => client.post('/auth/magic_link', { email: 'trips@example.com' }));
    const unknown = await counter.during(() =>
      client.post('/auth/magic_link', { email: 'nobody@example.com' }),
    );
    expect(known).toHaveLength(2);
    expect(unknown).toEqual(known);
  });
});
