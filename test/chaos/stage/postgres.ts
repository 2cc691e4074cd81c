import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { postgresBinaries } from '../../../libs/database/src/embedded-postgres/binaries.js';
import {
  dataOf,
  ensureCluster,
  reachableData,
  readPassword,
  SUPERUSER,
  type Cluster,
} from '../../../libs/database/src/embedded-postgres/cluster.js';
import {
  spawnGuarded,
  type GuardedProcess,
} from '../../../libs/database/src/embedded-postgres/guarded-process.js';
import { readLockFile } from '../../../libs/database/src/embedded-postgres/lock-file.js';
import { serverUser } from '../../../libs/database/src/embedded-postgres/server-user.js';
import { freePort } from './free-port.js';

/** What a power cut would need is left out. What `kill -9` would lose is not: each commit is in the system's hands. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=100', 'listen_addresses=127.0.0.1'];
const PATIENCE_MS = 60_000;

/** A Postgres of the run's own, at a port that it keeps, which can be stopped, killed and started again. */
export class ChaosPostgres {
  private process: GuardedProcess | undefined;

  private constructor(
    readonly url: string,
    private readonly cluster: Cluster,
    private readonly command: string[],
    private readonly folder: string,
  ) {}

  /** `folder`: where its data goes, when not in a folder of its own. */
  static async start(folder = mkdtempSync(join(tmpdir(), 'countersign-chaos-'))): Promise<ChaosPostgres> {
    const base = join(folder, 'postgres');
    const cluster = { folder: base, user: serverUser(base) };
    const bin = await postgresBinaries(cluster.user);
    await ensureCluster(cluster, bin, false);
    const port = await freePort();
    const flags = [...SETTINGS, `port=${port}`, 'unix_socket_directories='].flatMap((each) => ['-c', each]);
    const command = [join(bin, 'postgres'), '-D', reachableData(cluster), ...flags];
    const password = await readPassword(cluster);
    const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
    const postgres = new ChaosPostgres(url, cluster, command, folder);
    await postgres.up();
    return postgres;
  }

  /** Starts it, however its last life ended, and waits until it can be written to. */
  async up(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      // After a kill its children may hold the folder for a moment.
      if (!this.process || this.process.ended)
        this.process = spawnGuarded(this.command, dataOf(this.cluster), this.cluster.user);
      if (await this.answers()) return;
      if (Date.now() > deadline) throw new Error(`Postgres did not come up: ${this.process.output}`);
      await pause(50);
    }
  }

  /** As an operator restarts it: sessions are ended, what is committed is written. */
  async restart(): Promise<void> {
    await this.process?.stop();
    await this.up();
  }

  /** The server itself, as the system kills what takes too much memory; its children notice. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    while (!this.process?.ended) await pause(10);
    await this.up();
  }

  /** One of its processes: it throws all others out and recovers by itself. */
  async crash(): Promise<void> {
    const client = await this.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    while (await this.isAlive(client)) await pause(10);
    await this.up();
  }

  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async stop(): Promise<void> {
    await this.process?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isAlive(client: Client): Promise<boolean> {
    return client.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  private async answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    const answer = await client.connect().then(
      () => this.isAlive(client),
      () => false,
    );
    await client.end().catch(() => undefined);
    return answer;
  }

  private get pid(): number {
    const lock = readLockFile(dataOf(this.cluster));
    if (!lock?.pid) throw new Error('Postgres is not running');
    return lock.pid;
  }
}
