import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

describe('round trips to the database', () => {
  let app: TestApp;
  let client: NavixyClient;
  let counter: StatementCounter;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
    client = new NavixyClient(app);
    await app.createAccount({ email: 'trips@example.com' });
    await app.createAccount({ email: 'trips-totp@example.com', secondFactor: 'totp' });
  });
  beforeEach(() => {
    counter = new StatementCounter(app);
  });
  afterEach(() => counter.stop());
  afterAll(() => app.stop());

  const count = async (work: () => Promise<unknown>) => (await counter.during(work)).length;
  const pending = async (email = 'trips@example.com') => (await client.signIn(email)).body.hash;

  it('are two for a verify, right or wrong', async () => {
    counter.stop();
    const { hash, code } = await client.pending('trips@example.com');
    counter = new StatementCounter(app);
    expect(await count(() => client.verify(hash, otherThan(code)))).toBe(2);
    expect(await count(() => client.verify(hash, code))).toBe(2);
    expect(await count(() => client.verify(hash, code))).toBe(2);
  });

  it('are two for a verify with an authenticator, too', async () => {
    const hash = await pending('trips-totp@example.com');
    expect(await count(() => client.verify(hash, '000000'))).toBe(2);
  });

  it('are two for a resend, sent or too soon', async () => {
    const hash = await pending();
    expect(await count(() => client.resend(hash))).toBe(2);
    expect(await count(() => client.resend(hash))).toBe(2);
  });

  it('are one for a session check, limits included', async () => {
    await app.createAccount({ email: 'trips-none@example.com', secondFactor: 'none' });
    const hash = await pending('trips-none@example.com');
    expect(await count(() => client.post('/user/get_info', undefined, hash))).toBe(1);
  });

  it('are three for a sign-in, and the same statements for known and unknown logins', async () => {
    expect(await count(() => client.signIn('trips@example.com'))).toBe(3);
    const known = await counter.during(() => client.signIn('trips@example.com', 'not the password'));
    const unknown = await counter.during(() => client.signIn('nobody@example.com', 'not the password'));
    expect(known).toHaveLength(3);
    expect(unknown).toEqual(known);
  });
});
