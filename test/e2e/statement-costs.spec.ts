import { NavixyClient } from '../support/navixy-client.js';
import { ServiceClient } from '../support/service-client.js';
import { TestApp } from '../support/test-app.js';
import { WalRecords, type Cost } from '../support/wal-records.js';
import { YatClient } from '../support/yat-client.js';

/**
 * What each operation may cost at most. A change that lowers a figure lowers it here as well; one that raises it says in its commit why
 * that is worth it. Timings are the business of `npm run bench`.
 */
const most = {
  verify: { roundTrips: 2, walRecords: 20 },
  // One of them for the index by which a message is found when its account is deleted.
  ask: { roundTrips: 2, walRecords: 55 },
  refresh: { roundTrips: 2, walRecords: 7 },
  session: { roundTrips: 1, walRecords: 0 },
  accessToken: { roundTrips: 1, walRecords: 0 },
  introspection: { roundTrips: 1, walRecords: 1 },
  forwardAuth: { roundTrips: 1, walRecords: 1 },
  password: { roundTrips: 3, walRecords: 26 },
} satisfies Record<string, Cost>;

describe('what an operation costs Postgres does not rise', () => {
  let app: TestApp;
  let navixy: NavixyClient;
  let yat: YatClient;
  let costs: WalRecords | undefined;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    [navixy, yat] = [new NavixyClient(app), new YatClient(app)];
    // The first calls also read keys that are kept afterwards, make the rows of their address, and the first pages of the tables.
    const email = await person('none');
    const { access_token, refresh_token } = (await yat.signIn(email)).body;
    await yat.account(access_token);
    await yat.refresh(refresh_token);
    await yat.post('/auth/magic_link', { email });
    await navixy.session(await person('email'));
  });
  afterEach(() => costs?.stop());
  afterAll(() => app.stop());

  async function person(secondFactor: 'none' | 'email'): Promise<string> {
    const email = `costs${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor });
    return email;
  }

  async function costOf(work: () => Promise<{ status: number }>): Promise<Cost> {
    costs = await WalRecords.of(app);
    return costs.during(work);
  }

  function expectAtMost(cost: Cost, limit: Cost): void {
    expect(cost.roundTrips).toBeLessThanOrEqual(limit.roundTrips);
    expect(cost.walRecords).toBeLessThanOrEqual(limit.walRecords);
  }

  it('where a code is verified', async () => {
    const { hash, code } = await navixy.pending(await person('email'));
    expectAtMost(await costOf(() => navixy.verify(hash, code)), most.verify);
  });

  it('where a link is asked for', async () => {
    const email = await person('none');
    expectAtMost(await costOf(() => yat.post('/auth/magic_link', { email })), most.ask);
  });

  it('where tokens are refreshed', async () => {
    const { refresh_token } = (await yat.signIn(await person('none'))).body;
    expectAtMost(await costOf(() => yat.refresh(refresh_token)), most.refresh);
  });

  it('where a session is checked', async () => {
    const { hash } = (await navixy.signIn(await person('none'))).body;
    expectAtMost(await costOf(() => navixy.post('/user/get_info', {}, hash)), most.session);
  });

  it('where an access token is checked', async () => {
    const { access_token } = (await yat.signIn(await person('none'))).body;
    expectAtMost(await costOf(() => yat.account(access_token)), most.accessToken);
  });

  it('where a service asks about a credential', async () => {
    const { hash } = (await navixy.signIn(await person('none'))).body;
    const service = new ServiceClient(app, await app.serviceKey());
    await service.introspect(hash);
    expectAtMost(await costOf(() => service.introspect(hash)), most.introspection);
  });

  it('where a proxy asks about a request', async () => {
    const { hash } = (await navixy.signIn(await person('none'))).body;
    const ask = () => fetch(`${app.url}/forward-auth`, { headers: { Authorization: `NVX ${hash}` } });
    await ask();
    expectAtMost(await costOf(ask), most.forwardAuth);
  });

  it('where somebody signs in with a password', async () => {
    const email = await person('none');
    expectAtMost(await costOf(() => yat.signIn(email)), most.password);
  });
});
