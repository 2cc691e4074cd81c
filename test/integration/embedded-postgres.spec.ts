import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedPostgres, type EmbeddedPostgres } from '@app/database';
import { Client } from 'pg';
import { Child, ensureBuilt } from '../support/child.js';
import { installLauncher, OwnerProcess } from '../support/owner-process.js';
import { until } from '../support/until.js';

const isRoot = process.getuid?.() === 0;
/** Whom Postgres runs as when we are root, and an ordinary user to run as. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};

const started: EmbeddedPostgres[] = [];
let dataDir: string;

beforeAll(ensureBuilt, 120_000);

// A folder of mode 0700: to root's Postgres, which runs as nobody, it is as closed as root's home.
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'countersign-embedded-'));
});

afterEach(async () => {
  await Child.endAll();
  await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  // fsync off: only a power cut could tell.
  const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  started.push(postgres);
  return postgres;
}

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return work(client).finally(() => client.end().catch(() => undefined));
}

async function numbersIn(url: string): Promise<number> {
  const counted = await connected(url, (client) =>
    client.query<{ n: number }>('SELECT count(*)::int AS n FROM numbers'),
  );
  return counted.rows[0]?.n ?? 0;
}

/** Inserts rows until the server is gone; returns how many it acknowledged, of at least 50 when `break` is called. */
function insertUntilGone(url: string, end: () => void): Promise<number> {
  return connected(url, async (client) => {
    await client.query('CREATE TABLE numbers (number integer)');
    for (let acknowledged = 0; ; acknowledged += 1) {
      if (acknowledged === 50) end();
      const answer = await client
        .query('INSERT INTO numbers VALUES ($1)', [acknowledged])
        .catch(() => undefined);
      if (!answer) return acknowledged;
    }
  });
}

const lockFile = () => join(dataDir, 'postgres', 'data', 'postmaster.pid');
const serverPid = () => Number(readFileSync(lockFile(), 'utf8').split('\n')[0]);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('The embedded Postgres', () => {
  it('makes its folder with a password that only its user can read, and leaves nothing beside it', async () => {
    const { url } = await start();
    const answer = await connected(url, (client) => client.query('SELECT 1 AS one'));
    expect(answer.rows).toEqual([{ one: 1 }]);
    expect(readdirSync(dataDir)).toEqual(['postgres']);
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  });

  it('lets nobody in without that password', async () => {
    const { url } = await start();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(connected(wrong.href, () => Promise.resolve())).rejects.toThrow(
      'password authentication failed',
    );
  });

  it('keeps what was written over a stop and a start, in an open folder too', async () => {
    chmodSync(dataDir, 0o755);
    const first = await start();
    await connected(first.url, (client) =>
      client.query('CREATE TABLE numbers AS SELECT generate_series(1, 1000)'),
    );
    await first.stop();
    expect(await numbersIn((await start()).url)).toBe(1000);
  });

  it('refuses a folder that another process owns, in one sentence', async () => {
    const owner = new OwnerProcess(dataDir);
    const url = await owner.url();
    await expect(start()).rejects.toThrow(
      `The folder ${dataDir}/postgres is in use by another Countersign process.`,
    );
    await expect(connected(url, (client) => client.query('SELECT 1'))).resolves.toBeDefined();
  });

  it('lets one of two first starts at the same moment win', async () => {
    const outcomes = await Promise.allSettled([start(), start()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(readdirSync(dataDir)).toEqual(['postgres']);
    await expect(
      connected(started[0]?.url ?? '', (client) => client.query('SELECT 1')),
    ).resolves.toBeDefined();
  });

  it('ends when its owner is killed, and the next start has every row that was acknowledged', async () => {
    const owner = new OwnerProcess(dataDir);
    const url = await owner.url();
    const pid = serverPid();
    const acknowledged = await insertUntilGone(url, () => owner.kill('SIGKILL'));
    const next = await start();
    expect(isRunning(pid)).toBe(false);
    expect(await numbersIn(next.url)).toBeGreaterThanOrEqual(acknowledged);
  });

  it('has every acknowledged row when the server is killed together with its owner', async () => {
    const owner = new OwnerProcess(dataDir);
    const url = await owner.url();
    const pid = serverPid();
    const acknowledged = await insertUntilGone(url, () => {
      process.kill(pid, 'SIGKILL');
      owner.kill('SIGKILL');
    });
    expect(await numbersIn((await start()).url)).toBeGreaterThanOrEqual(acknowledged);
  });

  it('starts over when its owner was killed while the folder was being made', async () => {
    const owner = new OwnerProcess(dataDir);
    await until(() => readdirSync(dataDir).some((name) => name.includes('.new-')));
    owner.kill('SIGKILL');
    await owner.exited;
    expect(readdirSync(dataDir)).not.toContain('postgres');
    await connected((await start()).url, (client) => client.query('SELECT 1'));
    expect(readdirSync(dataDir)).toEqual(['postgres']);
  });

  it('does not take another program that got the number of its dead server for that server', async () => {
    await (await start()).stop();
    const other = new Child(['--eval', 'console.log("pid", process.pid); setInterval(() => {}, 60_000)'], {
      ...nobody,
      cwd: '/',
    });
    const [, pid] = await other.says(/pid (\d+)/);
    writeFileSync(lockFile(), `${pid}\n${dataDir}/postgres/data\n1700000000\n5432\n\n127.0.0.1\n`);
    await expect(start()).resolves.toBeDefined();
    expect(isRunning(Number(pid))).toBe(true);
  });

  it('starts although a crash of the machine left its lock file empty', async () => {
    await (await start()).stop();
    writeFileSync(lockFile(), '');
    utimesSync(lockFile(), 1_700_000_000, 1_700_000_000);
    await expect(start()).resolves.toBeDefined();
  });

  it('runs for an ordinary user', async () => {
    const node = join(dataDir, 'node');
    chmodSync(dataDir, 0o755);
    copyFileSync(process.execPath, node);
    mkdirSync(join(dataDir, 'own'));
    if (isRoot) chownSync(join(dataDir, 'own'), 65_534, 65_534);
    const owner = new OwnerProcess(join(dataDir, 'own'), {
      installation: installLauncher(dataDir),
      node,
      ...nobody,
    });
    const answer = await connected(await owner.url(), (client) => client.query('SELECT 1 AS one'));
    expect(answer.rows).toEqual([{ one: 1 }]);
  });

  it('says what to do where its folder holds something else', async () => {
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'notes.txt'), 'mine');
    const failure = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmbeddedPostgresError);
    expect((failure as Error).message).toMatch(/holds something else.*set DATABASE_URL/);
    expect(readdirSync(dataDir)).toEqual(['postgres']);
  });

  it('says in one sentence that its folder cannot be made', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    await expect(startEmbeddedPostgres({ dataDir: file })).rejects.toThrow(
      /^The embedded Postgres cannot run here \(.*(ENOTDIR|EEXIST).*\): set DATABASE_URL/,
    );
  });
});
