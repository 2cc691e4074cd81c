import { compile, Database, raw, sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { TestApp } from '../support/test-app.js';

const NETWORKS = 18;
const NEW_BROWSERS = 60;
const BATCH = 1000;
const DAY_SECONDS = 86_400;
const JSON_BODY = { 'Content-Type': 'application/json' };

/** What a flood can leave behind; accounts of the operator and the audit rows of them are the only things to stay. */
const TABLES = [
  'accounts',
  'attempts',
  'audit_events',
  'browser_attempts',
  'browser_sessions',
  'guess_budgets',
  'messages',
  'password_failures',
  'request_limits',
  'send_windows',
  'sessions',
  'sign_ups',
];

/** Calls that anybody can make, as many of each as one network makes here. */
const CALLS: [times: number, path: string, body?: object][] = [
  [NEW_BROWSERS, '/session'],
  [3, '/user/auth', { login: 'nobody@example.com', password: 'not this one' }],
  [10, '/user/auth/code/verify', { hash: 'a'.repeat(32), code: '424242' }],
  [3, '/auth/token', { email: 'nobody@example.com', password: 'not this one' }],
  [6, '/users', { email: 'NAME@example.com' }],
  [6, '/auth/magic_link', { email: 'NAME@example.com' }],
  [6, '/auth/recover/user/code', { username: 'NAME@example.com', orgId: 'or-1' }],
  [3, '/auth/forgot-password', { email: 'NAME@example.com' }],
];

describe('a flood from many networks', () => {
  let app: TestApp;
  let names = 0;

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: 'loopback' });
  });
  afterAll(() => app.stop());

  const call = (network: number, path: string, body?: object) =>
    fetch(`${app.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { ...JSON_BODY, 'X-Forwarded-For': `198.51.100.${network}` },
      body: body && JSON.stringify(body).replace('NAME', `name${(names += 1)}`),
    });
  const rows = async () => {
    const counts = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ');
    return (await app.rows<Record<string, number>>(raw(`SELECT ${counts}`)))[0] as Record<string, number>;
  };
  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();

  it('leaves few rows for each call, and housekeeping brings every table back', async () => {
    let calls = 0;
    for (let network = 1; network <= NETWORKS; network += 1) {
      for (const [times, path, body] of CALLS) {
        const answers = await Promise.all(Array.from({ length: times }, () => call(network, path, body)));
        expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
        calls += times;
      }
    }
    const flooded = await rows();
    expect(flooded['browser_sessions']).toBe(NETWORKS * NEW_BROWSERS);
    expect(flooded['accounts']).toBe(NETWORKS * 6);
    // A batch takes away what hundreds of calls have made: housekeeping is faster than whoever floods.
    for (const [table, made] of Object.entries(flooded))
      expect([table, BATCH / (made / calls) > 500]).toEqual([table, true]);
    // Of alike refusals a network has one.
    expect(flooded['audit_events']).toBeLessThan(calls / 2);

    app.clock.advanceSeconds(3600);
    await tidyUp();
    expect((await rows())['browser_sessions']).toBe(0);
    app.clock.advanceSeconds(432 * DAY_SECONDS);
    // What the first round calls expired, or has taken the reason of, the second one takes.
    await tidyUp();
    await tidyUp();
    expect(await rows()).toEqual(Object.fromEntries(TABLES.map((table) => [table, 0])));
  }, 240_000);

  it('that made more than was ever taken in a minute is over in one round, batch by batch', async () => {
    const many = 20 * BATCH + 1;
    const now = app.clock.now();
    await app.rows(sql`
      INSERT INTO browser_sessions (id, token_hash, rotated_at, created_at, expires_at)
      SELECT n, 'flood ' || n, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz FROM generate_series(1, ${many}::int) n`);
    await app.rows(sql`
      INSERT INTO request_limits (key, hits, expires_at)
      SELECT 'flood ' || n, 1, ${now}::timestamptz FROM generate_series(1, ${many}::int) n`);
    const ran = jest.spyOn(app.nest.get(Database), 'rows');
    await tidyUp();
    const batches = (table: string) =>
      ran.mock.calls.filter(([query]) => compile(query).text.includes(`DELETE FROM ${table}`)).length;
    // The last batch comes back short, and the other duties of a table find nothing.
    expect([batches('browser_sessions'), batches('request_limits')]).toEqual(
      [many / BATCH + 2, many / BATCH + 1].map(Math.floor),
    );
    ran.mockRestore();
    expect(await rows()).toMatchObject({ browser_sessions: 0, request_limits: 0 });
  }, 60_000);
});
