import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cannotRun, run } from './run.ts';
import { canReach, type ServerUser } from './server-user.ts';
import { makeWhole } from './whole-folder.ts';

export const SUPERUSER = 'countersign';

/** A folder that holds the databases (`data/`) and the superuser's password (`password`, mode 0600). */
export interface Cluster {
  folder: string;
  user: ServerUser | undefined;
}

export function dataOf({ folder }: Cluster): string {
  return join(folder, 'data');
}

export function isMade({ folder }: Cluster): boolean {
  return existsSync(join(folder, 'password'));
}

/** Makes the cluster with the `initdb` in `bin` unless it exists: whole or not at all, and once if two try. */
export async function ensureCluster(cluster: Cluster, bin: string, sync: boolean): Promise<void> {
  const { folder, user } = cluster;
  await mkdir(dirname(folder), { recursive: true });
  if (!isMade(cluster)) await makeWhole(folder, (draft) => initialise({ folder: draft, user }, bin, sync));
  if (!isMade(cluster)) throw cannotRun(`${folder} holds something else than its database`);
  // Root copied it here, from a backup for instance.
  if (user && statSync(folder).uid === 0) await give(folder, user);
}

async function initialise(cluster: Cluster, bin: string, sync: boolean): Promise<void> {
  const { folder, user } = cluster;
  await mkdir(dataOf(cluster), { mode: 0o700 });
  await writeFile(join(folder, 'password'), randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user) await give(folder, user);
  const secure = ['-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile=../password'];
  const plain = ['-E', 'UTF8', '--locale=C', ...(sync ? [] : ['--no-sync'])];
  await run(join(bin, 'initdb'), ['-D', reachableData(cluster), ...secure, ...plain], dataOf(cluster), user);
}

async function give(folder: string, { uid, gid }: ServerUser): Promise<void> {
  await run('chown', ['-R', `${uid}:${gid}`, folder], '/');
}

/**
 * The path by which a program started in the data folder, as the cluster's user, finds it. Below a folder that is
 * closed to that user (root's home) the real path is of no use, but the way through its own working folder is.
 */
export function reachableData(cluster: Cluster): string {
  const data = dataOf(cluster);
  if (!cluster.user || canReach(data, cluster.user)) return data;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw cannotRun(`an unprivileged user cannot reach ${data}`);
}

export async function readPassword({ folder }: Cluster): Promise<string> {
  return (await readFile(join(folder, 'password'), 'utf8')).trim();
}
