import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whom Postgres runs as, where that is not ourselves. */
export interface ServerUser {
  uid: number;
  gid: number;
}

const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 };

/**
 * Postgres refuses to run as root. Started by root it runs as the owner of its folder, so that `sudo` once does not
 * take the folder away from an ordinary user, or as nobody. Undefined: as ourselves.
 */
export function serverUser(folder: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(folder, { throwIfNoEntry: false });
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY;
}

/** Whether `user` may pass every folder on the way to `path`, and read and run what lies there. */
export function canReach(path: string, user: ServerUser): boolean {
  const leaf = realpathSync(path);
  for (let at = leaf; ; at = dirname(at)) {
    if (!allows(at, user, at === leaf ? 0o5 : 0o1)) return false;
    if (at === dirname(at)) return true;
  }
}

function allows(path: string, user: ServerUser, wanted: number): boolean {
  const { uid, gid, mode } = statSync(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
