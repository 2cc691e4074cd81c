import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { serverUser } from '../../libs/database/src/embedded-postgres/server-user.js';
import { until } from './until.js';

const PROGRAM = process.env['PGBOUNCER_PATH'] || '/usr/sbin/pgbouncer';

/** A real PgBouncer before a real database. */
export class PgBouncer {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** `size`: how many connections to Postgres it may have. */
  static async start(
    databaseUrl: string,
    mode: 'session' | 'transaction' | 'statement',
    size = 20,
  ): Promise<PgBouncer> {
    const { hostname, port, username, password, pathname } = new URL(databaseUrl);
    const folder = mkdtempSync(join(tmpdir(), 'countersign-pgbouncer-'));
    const listenPort = await freePort();
    writeFileSync(join(folder, 'users'), `"${username}" "${decodeURIComponent(password)}"\n`);
    writeFileSync(
      join(folder, 'pgbouncer.ini'),
      `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users')}
pool_mode = ${mode}
default_pool_size = ${size}
max_client_conn = 500
`,
    );
    chmodSync(folder, 0o755);
    // It refuses to run as root, as Postgres does.
    const user = serverUser(join(folder, 'nobody'));
    const child = spawn(PROGRAM, [join(folder, 'pgbouncer.ini')], { ...user, stdio: 'ignore' });
    await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(listenPort);
    url.pathname = pathname;
    await until(() => answers(url.href), 'PgBouncer');
    return new PgBouncer(url.href, folder, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
