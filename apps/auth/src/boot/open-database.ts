import type { Config } from '@app/config';
import {
  migrate,
  onConnection,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type Pooler,
} from '@app/database';
import type { Client } from 'pg';
import { dataSourceOptions } from '../../../../ormconfig.js';
import { reasonOf, StartUpError } from './start-up-error.js';

const OLDEST_VERSION = 15;

type Print = (line: string) => void;

/** The configured database, or the embedded one in `DATA_DIR`. What is not ours is not stopped. */
export async function openDatabase({ database }: Config, print: Print): Promise<EmbeddedPostgres> {
  if (database.url) return { url: database.url, stop: () => Promise.resolve() };
  return startEmbeddedPostgres({ dataDir: database.dataDir, log: print });
}

/** Brings the schema up to date; fails with one sentence, which names the database without user and password. */
export async function migrateDatabase(
  url: string,
  { database: { pooler } }: Config,
  print: Print,
): Promise<void> {
  const { host, pathname } = new URL(url);
  try {
    await checkServer(url, pooler);
    const since = performance.now();
    const ran = await migrate(dataSourceOptions(url, 2, pooler), { pooler, note: print });
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    print(ran.length ? `Migrating: ${ran.length} migrations (${seconds} s)` : 'Migrating: up to date');
  } catch (error) {
    if (error instanceof StartUpError) throw error;
    throw new StartUpError(`The database at ${host}${pathname} cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** What Postgres has to be, and what stands before it, by two connections. */
async function checkServer(url: string, pooler: Pooler): Promise<void> {
  await onConnection(url, async (client) => {
    await checkVersion(client);
    if (pooler === 'none') await onConnection(url, (other) => checkConnection(client, other));
  });
}

async function checkVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (version >= OLDEST_VERSION) return;
  throw new StartUpError(
    `Countersign needs Postgres ${OLDEST_VERSION} or newer; the database runs ${version}.`,
  );
}

/** A pooler gives the connection of the one who has just used it to the next who asks, while the first is still there. */
async function checkConnection(client: Client, other: Client): Promise<void> {
  const backendOf = async (each: Client) =>
    (await each.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
  for (let look = 0; look < 3; look += 1) {
    if ((await backendOf(client)) !== (await backendOf(other))) continue;
    throw new StartUpError(
      'The database is behind a pooler that gives each transaction another connection. Set DATABASE_POOLER=transaction, or let the pooler work in session mode.',
    );
  }
}
