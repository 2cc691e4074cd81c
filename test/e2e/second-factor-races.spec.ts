import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

/** A sign-in that waits for its mailed code: tries this one; whether it is in. */
type Try = (code?: string) => Promise<boolean>;
type Approach = (app: TestApp, email: string) => Promise<Try>;

/** The code of the mail that this sends. Two replicas at one time give their messages no order. */
const mailed = async (app: TestApp, email: string, send: () => Promise<unknown>) => {
  const before = new Set(app.mailbox.messages(email).map(({ id }) => id));
  const fresh = () => app.mailbox.messages(email).find(({ id }) => !before.has(id));
  await send();
  await until(() => fresh() !== undefined);
  return /\b\d{6}\b/.exec(fresh()?.text ?? '')?.[0] as string;
};

const APPROACHES: Record<string, Approach> = {
  navixy: async (app, email) => {
    const client = new NavixyClient(app);
    let hash = '';
    const code = await mailed(app, email, async () => {
      hash = (await client.signIn(email)).body.hash;
    });
    return async (tried = code) => (await client.verify(hash, tried)).body.success;
  },
  docspace: async (app, email) => {
    const client = new DocspaceClient(app);
    const code = await mailed(app, email, () => client.signIn(email));
    return async (tried = code) => (await client.verify(email, tried)).status === 200;
  },
  yat: async (app, email) => {
    const client = new YatClient(app);
    let refreshToken = '';
    const code = await mailed(app, email, async () => {
      refreshToken = (await client.signIn(email)).body.refresh_token;
    });
    return async (tried = code) => (await client.confirm(refreshToken, tried)).status === 200;
  },
  wacht: async (app, email) => {
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    const code = await mailed(app, email, () => client.prepare(id));
    return async (tried = code) => (await client.verify(id, tried)).status === 200;
  },
};

/** A second factor is one thing in all protocols: its attempts have one purpose, one budget and one end. */
describe('the second factor of one account, in all protocols at once', () => {
  let app: TestApp;
  let replica: TestApp;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start();
    replica = await TestApp.start({}, app);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  const begun = async () => {
    const email = `everywhere-${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email });
    const tries: Try[] = [];
    for (const [index, approach] of Object.values(APPROACHES).entries())
      tries.push(await approach(index % 2 ? replica : app, email));
    return { id, tries };
  };

  it('of codes that were sent in every protocol, one signs in', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, tries } = await begun();
      const answers = await Promise.all(tries.map((attempt) => attempt()));
      expect(answers.filter(Boolean)).toHaveLength(1);
      const open = sql`
        SELECT FROM attempts WHERE account_id = ${id} AND purpose = 'second_factor' AND status = 'open'`;
      expect(await app.rows(open)).toEqual([]);
      const signedIn = sql`SELECT FROM sessions WHERE account_id = ${id} AND stage = 'signed_in'`;
      expect(await app.rows(signedIn)).toHaveLength(1);
    }
  });

  it.each(Object.keys(APPROACHES))('a success in %s closes what is open elsewhere', async (protocol) => {
    const { tries } = await begun();
    const index = Object.keys(APPROACHES).indexOf(protocol);
    expect(await tries[index]?.()).toBe(true);
    for (const [other, attempt] of tries.entries()) if (other !== index) expect(await attempt()).toBe(false);
  });

  it('wrong codes of all protocols spend one budget', async () => {
    const { id, tries } = await begun();
    await Promise.all([...tries, ...tries, ...tries, ...tries].map((attempt) => attempt('000000')));
    const budget = sql`SELECT spent FROM guess_budgets WHERE subject = ${id} AND factor = 'second'`;
    expect(await app.rows(budget)).toEqual([{ spent: 16 }]);
  });
});
