import type { Config } from '@app/config';
import { migrate, startEmbeddedPostgres, type EmbeddedPostgres } from '@app/database';
import { Client } from 'pg';
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
export async function migrateDatabase(url: string, print: Print): Promise<void> {
  const { host, pathname } = new URL(url);
  try {
    await checkVersion(url);
    const since = performance.now();
    const ran = await migrate(dataSourceOptions(url), print);
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    print(ran.length ? `Migrating: ${ran.length} migrations (${seconds} s)` : 'Migrating: up to date');
  } catch (error) {
    if (error instanceof StartUpError) throw error;
    throw new StartUpError(`The database at ${host}${pathname} cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

async function checkVersion(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
    const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
    if (version < OLDEST_VERSION) {
      throw new StartUpError(
        `Countersign needs Postgres ${OLDEST_VERSION} or newer; the database runs ${version}.`,
      );
    }
  } finally {
    await client.end();
  }
}
