import { resolve } from 'node:path';
import { postgresBinaries } from './binaries.ts';
import { ensureCluster, isMade, readPassword, SUPERUSER, type Cluster } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { cannotRun } from './run.ts';
import { startServer } from './server.ts';
import { serverUser } from './server-user.ts';

// Imports in this folder end in .ts, which the compiler rewrites: Jest's global set-up starts the tests' server with
// it, and that code is resolved by Node, which would not find a .js.

export interface EmbeddedPostgresOptions {
  /** The folder that has or gets the folder `postgres`. */
  dataDir: string;
  /** Is told, in a line, what takes long and what goes wrong later. */
  log?: (line: string) => void;
  /** Server settings. With `fsync` off the folder is for throwing away. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** With the password: for connecting, never for a log. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the Postgres that came with the installation, on a free port of 127.0.0.1, with its data in
 * `<dataDir>/postgres`. It ends with `stop()` and when this process does, however that ends.
 * Fails with an `EmbeddedPostgresError` whose message is for the person at the terminal.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (error) {
    throw error instanceof EmbeddedPostgresError ? error : cannotRun((error as Error).message, error);
  }
}

async function start({
  dataDir,
  log = silent,
  settings = {},
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(dataDir, 'postgres');
  const cluster: Cluster = { folder, user: serverUser(folder) };
  const bin = await postgresBinaries(cluster.user);
  if (!isMade(cluster)) log(`Making a database in ${folder}`);
  await ensureCluster(cluster, bin, settings['fsync'] !== 'off');
  const password = await readPassword(cluster);
  const { port, process } = await startServer(cluster, bin, settings);
  let stopping = false;
  process.onEnd(() => stopping || log(`The embedded Postgres in ${folder} has ended: restart the service.`));
  return {
    url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
    stop() {
      stopping = true;
      return process.stop();
    },
  };
}

const silent = () => undefined;
