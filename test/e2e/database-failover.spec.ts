import { Client } from 'pg';
import { post, PROTOCOL_CALLS } from '../support/protocol-calls.js';
import { TcpProxy, type Way } from '../support/tcp-proxy.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

// What hangs is given up when Postgres would have ended it: sixteen seconds.
jest.setTimeout(180_000);

/** The primary is lost, and comes back as failovers bring it: unreachable, then read-only, then as it was. */
describe('while a database fails over and', () => {
  let direct: TestApp;
  let app: TestApp;
  let proxy: TcpProxy;
  let operator: Client;
  let name: string;

  beforeAll(async () => {
    direct = await TestApp.start();
    proxy = await TcpProxy.start(direct.databaseUrl);
    const throughProxy = Object.create(direct, { databaseUrl: { value: proxy.url } }) as TestApp;
    app = await TestApp.start({}, throughProxy);
    const url = new URL(direct.databaseUrl);
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    operator = new Client({ connectionString: url.href });
    await operator.connect();
  });
  afterAll(async () => {
    await operator.end();
    await app.stop();
    await proxy.stop();
    await direct.stop();
  });

  const ready = async () => (await fetch(`${app.url}/health/ready`)).status;
  const refusals = () =>
    Promise.all(
      PROTOCOL_CALLS.map(async ([protocol, path, body]) => {
        const response = await post(app.url, path, body);
        return [protocol, response.status, response.headers.get('retry-after'), (await response.text())[0]];
      }),
    );
  const REFUSED = PROTOCOL_CALLS.map(([protocol]) => [protocol, 503, '5', '{']);

  it.each<[Way, string]>([
    ['resets', 'its connections are reset'],
    ['hangs', 'its connections hang, with nobody at the other end'],
  ])(
    '%s (%s): all five protocols say 503 until it can be written to, and it comes back by itself',
    async (way) => {
      // Connections that are in use when the way is lost.
      await Promise.all(PROTOCOL_CALLS.map(([, path, body]) => post(app.url, path, body)));
      expect(await ready()).toBe(200);

      proxy.become(way);
      expect(await refusals()).toEqual(REFUSED);
      await until(async () => (await ready()) === 503);

      await operator.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
      proxy.become('open');
      await until(async () => JSON.stringify(await refusals()) === JSON.stringify(REFUSED));
      expect(await ready()).toBe(503);

      await operator.query(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
      await operator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        name,
      ]);
      await until(async () => (await ready()) === 200);
      expect((await refusals()).filter(([, status]) => status === 503)).toEqual([]);
    },
  );
});
