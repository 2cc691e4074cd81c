import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@app/database';
import pg from 'pg';
import { BenchDatabase } from './bench-database.js';

/** What Linux counts CPU in: a hundredth of a second everywhere that Node runs. */
const MICROSECONDS_PER_TICK = 10_000;

/** The Postgres that comes with the product, with its defaults, on a folder of its own. */
export class BenchPostgres {
  private constructor(
    readonly version: string,
    private readonly embedded: EmbeddedPostgres,
    private readonly folder: string,
    private readonly postmaster: number,
  ) {}

  static async start(): Promise<BenchPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
    const embedded = await startEmbeddedPostgres({ dataDir: folder });
    const [pid = ''] = readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n');
    const client = new pg.Client({ connectionString: embedded.url });
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    await client.end();
    return new BenchPostgres(rows[0]?.server_version ?? 'unknown', embedded, folder, Number(pid));
  }

  /** A new, empty database. */
  async create(name: string): Promise<BenchDatabase> {
    await this.run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await this.run(`CREATE DATABASE ${name}`);
    return this.reopen(name);
  }

  /** A database with everything that another one has. Nobody may be connected to that one. */
  async copy(from: string, to: string): Promise<BenchDatabase> {
    await this.run(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
    await this.run(`CREATE DATABASE ${to} TEMPLATE ${from}`);
    return this.reopen(to);
  }

  /** A database that has been left with `close`. */
  reopen(name: string): Promise<BenchDatabase> {
    return BenchDatabase.open(this.urlOf(name), () => this.run(`DROP DATABASE ${name} WITH (FORCE)`));
  }

  /** CPU of the server and everything it has started, in microseconds; undefined where the system does not tell. */
  cpu(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const ticks = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => this.ticksOf(Number(pid)));
    return ticks.reduce((sum, each) => sum + each, 0) * MICROSECONDS_PER_TICK;
  }

  async stop(): Promise<void> {
    await this.embedded.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Those of a server process; the first one also has those of its children that have ended. */
  private ticksOf(pid: number): number {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name, in brackets, may have blanks in it.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [parent, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map(
        (i) => fields[i],
      );
      if (pid === this.postmaster) return user + system + childUser + childSystem;
      return parent === this.postmaster ? user + system : 0;
    } catch {
      return 0;
    }
  }

  private urlOf(name: string): string {
    const url = new URL(this.embedded.url);
    url.pathname = name;
    return url.href;
  }

  private async run(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.embedded.url });
    await client.connect();
    await client.query(text).finally(() => client.end());
  }
}
