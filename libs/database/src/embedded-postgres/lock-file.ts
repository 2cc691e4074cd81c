import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAlive } from './whole-folder.ts';

/** What `postmaster.pid` in a data folder says; its lines are fixed by Postgres (`pidfile.h`). */
export interface LockFile {
  pid: number;
  port: number;
  status: string;
}

const lockFileOf = (data: string) => join(data, 'postmaster.pid');

export function readLockFile(data: string): LockFile | undefined {
  const lines = attempt(() => readFileSync(lockFileOf(data), 'utf8').split('\n'));
  return lines && { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() };
}

/**
 * After a crash of the machine the number in the lock file may belong to another program by now, or be missing, and
 * Postgres would refuse to start: drops such a file. Were its process a Postgres after all, the shared memory that it
 * holds would still keep a second one out of the folder.
 */
export function dropStaleLockFile(data: string): void {
  const lock = readLockFile(data);
  if (lock && isStale(lock, data)) rmSync(lockFileOf(data), { force: true });
}

function isStale({ pid }: LockFile, data: string): boolean {
  // A server that starts at this moment writes its number at once: a file older than ourselves will not get one.
  const writtenAt = () => statSync(lockFileOf(data)).mtimeMs;
  if (!(pid > 0)) return (attempt(writtenAt) ?? Infinity) < performance.timeOrigin;
  return isAlive(pid) && !isPostgresOf(pid, data);
}

/** Postgres works in its data folder. Where the system does not tell us that, its name has to do. */
function isPostgresOf(pid: number, data: string): boolean {
  const folder = attempt(() => readlinkSync(`/proc/${pid}/cwd`));
  return folder ? folder === realpathSync(data) : programOf(pid) === 'postgres';
}

function programOf(pid: number): string | undefined {
  const ps = () => execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  return basename((attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? attempt(ps) ?? '').trim());
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
