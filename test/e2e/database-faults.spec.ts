import { Client } from 'pg';
import { post, PROTOCOL_CALLS as CALLS } from '../support/protocol-calls.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

/** What the service says while its Postgres cannot do its work, and that it comes back by itself. */
describe('while the database', () => {
  let app: TestApp;
  let operator: Client;
  let name: string;

  beforeAll(async () => {
    app = await TestApp.start();
    const url = new URL(app.databaseUrl);
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    operator = new Client({ connectionString: url.href });
    await operator.connect();
  });
  afterAll(async () => {
    await operator.end();
    await app.stop();
  });

  const ready = () => fetch(`${app.url}/health/ready`);
  const call = (path: string, body: object) => post(app.url, path, body);
  const alter = async (change: string) => {
    await operator.query(`ALTER DATABASE "${name}" ${change}`);
    await operator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  };

  describe.each([
    [
      'is read-only',
      'SET default_transaction_read_only = on',
      'RESET default_transaction_read_only',
      /25006/,
    ],
    ['has taken the rights away', 'SET role = pg_monitor', 'RESET role', /42501/],
    ['takes no connections', 'ALLOW_CONNECTIONS false', 'ALLOW_CONNECTIONS true', /SQLSTATE|out of reach/],
  ])('%s', (_state, away, back, reason) => {
    beforeAll(() => alter(away));
    afterAll(() => operator.query(`ALTER DATABASE "${name}" ${back}`));

    it('the replica is not ready, and says why', async () => {
      // What it said in the second before is still said: that it is well, or that its connections were ended.
      const said = async () => JSON.stringify(await (await ready()).json());
      await until(async () => reason.test(await said()));
      const response = await ready();
      expect([response.status, await response.json()]).toMatchObject([
        503,
        {
          status: 'error',
          details: {
            database: { status: 'down', message: expect.stringMatching(reason) },
            queue: { status: 'down', message: expect.stringMatching(reason) },
          },
        },
      ]);
    });

    it.each(CALLS)('%s: 503 with Retry-After', async (_protocol, path, body) => {
      const response = await call(path, body);
      expect([response.status, await response.text()]).toEqual([
        503,
        expect.stringMatching(/^\{.*(Database un|not )available/),
      ]);
      expect(response.headers.get('retry-after')).toBe('5');
    });

    it('the metrics are there, requests and all, but for what the database knows', async () => {
      const response = await fetch(`${app.url}/metrics`);
      expect(response.status).toBe(200);
      expect(await response.text()).toMatch(
        /countersign_request_seconds_count\{.*route="\/health\/ready",status="503"/,
      );
    });

    it('the process lives', async () => {
      expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
    });

    // The last one of its group.
    it('it is ready again by itself afterwards', async () => {
      await operator.query(`ALTER DATABASE "${name}" ${back}`);
      await until(async () => (await ready()).status === 200);
      expect((await call(...signIn)).status).not.toBe(503);
    });
  });

  const signIn: [string, object] = ['/auth/token', { email: 'liv@example.com', password: 'not this one' }];
});
