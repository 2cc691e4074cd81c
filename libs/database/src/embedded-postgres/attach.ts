import { connect } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, readPassword, SUPERUSER, type Cluster } from './cluster.ts';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.ts';
import { readLockFile, type LockFile } from './lock-file.ts';
import { isAlive } from './whole-folder.ts';

const PATIENCE_MS = 30_000;
const GENTLE_STOP_MS = 10_000;

/**
 * The embedded Postgres of `dataDir` for a short errand: the one that another process runs there, or else one of our
 * own. `stop()` leaves another's running, and ends our own when those who attached to it meanwhile have finished.
 * A server may be on its way out: a connection refused with 57P03 or ECONNREFUSED is a reason to attach again.
 * Fails with an `EmbeddedPostgresError` whose message is for the person at the terminal.
 */
export async function attachEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster: Cluster = { folder: resolve(options.dataDir, 'postgres'), user: undefined };
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const owner = ownerOf(cluster);
    // Ready, and yet nobody answers: the file of a crash, which a start removes.
    const isReady = owner?.status === 'ready' && (await answers(owner.port));
    if (isReady) return attached(cluster, owner.port);
    const own = (!owner || owner.status === 'ready') && (await startOwn(options, cluster));
    if (own) return own;
    // The last start says in its own words who is in the way.
    if (performance.now() > deadline) return startEmbeddedPostgres(options);
    await sleep(20);
  }
}

async function attached(cluster: Cluster, port: number): Promise<EmbeddedPostgres> {
  const url = `postgres://${SUPERUSER}:${await readPassword(cluster)}@127.0.0.1:${port}/postgres`;
  return { url, stop: () => Promise.resolve() };
}

/** Undefined: another process was quicker, and its server is there to attach to. */
async function startOwn(
  options: EmbeddedPostgresOptions,
  cluster: Cluster,
): Promise<EmbeddedPostgres | undefined> {
  let ending = false;
  const log = (line: string) => ending || options.log?.(line);
  try {
    const own = await startEmbeddedPostgres({ ...options, log });
    const stop = () => {
      ending = true;
      return letOthersFinish(cluster, Number(new URL(own.url).port)).then(() => own.stop());
    };
    return { url: own.url, stop };
  } catch (error) {
    if (ownerOf(cluster)) return undefined;
    throw error;
  }
}

/** Postgres's "smart shutdown": takes no new connection and ends with its last one. */
async function letOthersFinish(cluster: Cluster, port: number): Promise<void> {
  const own = ownerOf(cluster);
  if (own?.port !== port) return;
  process.kill(own.pid, 'SIGTERM');
  const deadline = performance.now() + GENTLE_STOP_MS;
  while (ownerOf(cluster)?.pid === own.pid && performance.now() < deadline) await sleep(20);
}

/** The lock file of the data, when a process of its number exists. A file that is being written has no number yet. */
function ownerOf(cluster: Cluster): LockFile | undefined {
  const lock = readLockFile(dataOf(cluster));
  return lock && lock.pid > 0 && isAlive(lock.pid) ? lock : undefined;
}

function answers(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const probe = connect(port, '127.0.0.1');
    probe.once('connect', () => tell(true)).once('error', () => tell(false));
    probe.once('connect', () => probe.destroy());
  });
}
