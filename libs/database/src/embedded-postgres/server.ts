import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, reachableData, type Cluster } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { spawnGuarded, type GuardedProcess } from './guarded-process.ts';
import { dropStaleLockFile, readLockFile } from './lock-file.ts';
import { cannotRun, lastLine } from './run.ts';

/** A server that accepts connections on 127.0.0.1. */
export interface Server {
  port: number;
  process: GuardedProcess;
}

const PORT_TAKEN = /could not create any TCP\/IP sockets/;
const FOLDER_TAKEN = /lock file "postmaster.pid" already exists|pre-existing shared memory block/;
const PATIENCE_MS = 2_000;
const STOPPING_PATIENCE_MS = 20_000;

/**
 * Starts the server in `bin` on the cluster. A folder whose owner was killed a moment ago is still being shut down,
 * and a port that was free may be so no longer: both are tried again for a while.
 */
export async function startServer(
  cluster: Cluster,
  bin: string,
  settings: Record<string, string>,
): Promise<Server> {
  const since = performance.now();
  for (;;) {
    const server = await launch(cluster, bin, settings);
    if (await isReady(server, dataOf(cluster))) return server;
    const { output } = server.process;
    const waitedMs = performance.now() - since;
    if (!isWorthWaiting(output, waitedMs, dataOf(cluster))) throw failure(cluster, output);
    await sleep(50);
  }
}

async function launch(cluster: Cluster, bin: string, settings: Record<string, string>): Promise<Server> {
  dropStaleLockFile(dataOf(cluster));
  const port = await freePort();
  const all = { ...settings, port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [join(bin, 'postgres'), '-D', reachableData(cluster), ...flags];
  return { port, process: spawnGuarded(command, dataOf(cluster), cluster.user) };
}

/** Postgres says in its lock file when it accepts connections, which is how `pg_ctl` knows too. False: it ended. */
async function isReady({ port, process }: Server, data: string): Promise<boolean> {
  while (!process.ended) {
    const lock = readLockFile(data);
    if (lock?.port === port && lock.status === 'ready') return true;
    await sleep(10);
  }
  return false;
}

function isWorthWaiting(output: string, waitedMs: number, data: string): boolean {
  if (PORT_TAKEN.test(output)) return waitedMs < PATIENCE_MS;
  const patienceMs = readLockFile(data)?.status === 'stopping' ? STOPPING_PATIENCE_MS : PATIENCE_MS;
  return FOLDER_TAKEN.test(output) && waitedMs < patienceMs;
}

function failure({ folder }: Cluster, output: string): EmbeddedPostgresError {
  if (!FOLDER_TAKEN.test(output)) return cannotRun(lastLine(output));
  return new EmbeddedPostgresError(`The folder ${folder} is in use by another Countersign process.`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
