import { OperatorError } from '@app/administration';
import type { Config } from '@app/config';
import { attachEmbeddedPostgres, migrations, onConnection } from '@app/database';
import { reasonOf } from './refusal.js';

const PATIENCE_MS = 15_000;
const UNDEFINED_TABLE = '42P01';
/** "Shutting down" and no server at all: nothing has been done on such a connection. */
const NOT_CONNECTED = ['57P03', 'ECONNREFUSED'];

type Log = (line: string) => void;

/**
 * Does `work` on the configured database, or else on the embedded one: that of the running service, or one that runs
 * for as long as the command. Another command's may end just when we come: then `work` begins again.
 */
export async function onDatabase<T>(
  { database }: Config,
  log: Log,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (database.url) return work(database.url);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const server = await attachEmbeddedPostgres({ dataDir: database.dataDir, log });
    try {
      return await work(server.url);
    } catch (error) {
      if (!wasNotConnected(error) || performance.now() > deadline) throw error;
    } finally {
      await server.stop();
    }
  }
}

/** Refuses a database that cannot be reached, or whose schema is older than this program. */
export async function requireMigrated(url: string): Promise<void> {
  const done = await migrationsIn(url);
  if (migrations.every(({ name }) => done.includes(name))) return;
  throw new OperatorError(
    'The database is not migrated: run `npm run cli -- migrate`, or start the service once.',
  );
}

/** The names of those it has seen. Fails with a sentence that names the database without user and password. */
export async function migrationsIn(url: string): Promise<string[]> {
  try {
    const query = 'SELECT name FROM migrations';
    const { rows } = await onConnection(url, (client) => client.query<{ name: string }>(query));
    return rows.map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === UNDEFINED_TABLE) return [];
    const { host, pathname } = new URL(url);
    const sentence = `The database at ${host}${pathname} cannot be used: ${reasonOf(error)}.`;
    throw new OperatorError(sentence, 'database_unavailable', { cause: error });
  }
}

function wasNotConnected(error: unknown): boolean {
  const cause = (error as Error | undefined)?.cause;
  return NOT_CONNECTED.includes(codeOf(error)) || (cause !== undefined && wasNotConnected(cause));
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? '';
}
