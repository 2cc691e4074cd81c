import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@app/database';
import { Client } from 'pg';
import { post, PROTOCOL_CALLS as CALLS } from '../support/protocol-calls.js';
import { RunningService } from '../support/running-service.js';
import { until } from '../support/until.js';

/** A Postgres of its own, because what uses up its connections uses up everybody's. */
describe('while all connections of the database are used up', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-connections-'));
  const hogs: Client[] = [];
  let server: EmbeddedPostgres;
  let service: RunningService;

  beforeAll(async () => {
    const settings = { max_connections: '12', superuser_reserved_connections: '0', max_wal_senders: '0' };
    server = await startEmbeddedPostgres({ dataDir, settings });
    service = await RunningService.start({
      DATABASE_URL: server.url,
      COUNTERSIGN_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
    });
    await hog();
    // Until none is left: those that the service had, too.
    await until(async () => {
      await hogs[0]?.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign'`,
      );
      while (await hog());
      return isShort.test(await said());
    });
  }, 240_000);
  afterAll(async () => {
    await service?.stop();
    await Promise.all(hogs.map((each) => each.end()));
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const isShort = /SQLSTATE 53300/;
  const ready = () => fetch(`${service.url}/health/ready`);
  const said = async () => (await ready()).text();

  /** Takes one more; false when there is none. */
  async function hog(): Promise<boolean> {
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    if (connected) hogs.push(client);
    return connected;
  }

  it('the replica is not ready, and says why', async () => {
    const response = await ready();
    expect([response.status, await response.text()]).toEqual([503, expect.stringMatching(isShort)]);
  });

  it.each(CALLS)('%s: 503 with Retry-After', async (_protocol, path, body) => {
    const response = await post(service.url, path, body);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('it is ready again by itself when they are free', async () => {
    await Promise.all(hogs.splice(0).map((each) => each.end()));
    await until(async () => (await ready()).status === 200);
    const [, path, body] = CALLS[0] as (typeof CALLS)[number];
    expect((await post(service.url, path, body)).status).not.toBe(503);
  });
});
