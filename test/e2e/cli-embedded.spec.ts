import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '@app/database';
import { Client } from 'pg';

describe('the embedded database of a command', () => {
  let dataDir: string;
  const open: EmbeddedPostgres[] = [];
  const clients: Client[] = [];

  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
    await Promise.all(open.splice(0).map((postgres) => postgres.stop()));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const settings = { fsync: 'off' };
  async function kept(start: Promise<EmbeddedPostgres>): Promise<EmbeddedPostgres> {
    const postgres = await start;
    open.push(postgres);
    return postgres;
  }
  const attach = () => kept(attachEmbeddedPostgres({ dataDir, settings }));
  async function connect({ url }: EmbeddedPostgres): Promise<Client> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  }
  const lockFile = () => join(dataDir, 'postgres', 'data', 'postmaster.pid');

  it('is started when nobody runs it, and ends with the command', async () => {
    const own = await attach();
    await (await connect(own)).query('SELECT 1');
    await clients.pop()?.end();
    await own.stop();
    expect(() => readFileSync(lockFile())).toThrow('ENOENT');
  });

  it('is that of the running service, which the end of the command leaves alone', async () => {
    const service = await kept(startEmbeddedPostgres({ dataDir, settings }));
    const attached = await attach();
    expect(attached.url).toBe(service.url);
    await attached.stop();
    expect((await (await connect(service)).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('is shared by commands at once: it ends when the last of them has finished', async () => {
    const [starter, guest] = [await attach(), await attach()];
    const working = await connect(guest);
    let ended = false;
    const stopping = starter.stop().then(() => (ended = true));
    // Once it is stopping, a newcomer is turned away, and is to attach again.
    await expect(
      (async () => {
        for (;;) await (await connect(guest)).end();
      })(),
    ).rejects.toMatchObject({ code: '57P03' });
    expect((await working.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(ended).toBe(false);
    const next = attach();
    await working.end();
    await stopping;
    expect((await (await connect(await next)).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('is started once by many commands that begin together', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, attach));
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
  });

  it('is started in spite of the lock file of a crash, whose number another program has now', async () => {
    await (await attach()).stop();
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const lines = [
      process.pid,
      join(dataDir, 'postgres', 'data'),
      0,
      port,
      '',
      '127.0.0.1',
      '',
      'ready   ',
      '',
    ];
    writeFileSync(lockFile(), lines.join('\n'));
    expect((await (await connect(await attach())).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
