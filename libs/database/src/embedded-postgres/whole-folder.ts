import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const drafts = new Set<string>();

/**
 * Makes `folder` whole or not at all: filled under a name beside it, then renamed. A process killed half-way leaves
 * nothing that the next start could take for finished; of two at once, the later drops its own and keeps the first's.
 * `fill` gets the draft, mode 0700, and may change that.
 */
export async function makeWhole(folder: string, fill: (draft: string) => Promise<void>): Promise<void> {
  await sweep(folder);
  const draft = await mkdtemp(`${folder}.new-${process.pid}-`);
  drafts.add(draft);
  try {
    await fill(draft);
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
    drafts.delete(draft);
  }
}

/** Removes the drafts of processes that were killed before they could. */
async function sweep(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.new-`;
  for (const name of await readdir(dirname(folder))) {
    const draft = join(dirname(folder), name);
    if (!name.startsWith(prefix) || drafts.has(draft)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    // A draft under our own number that is not ours is from an earlier life of that number, as in a container.
    if (pid === process.pid || !isAlive(pid)) await rm(draft, { recursive: true, force: true });
  }
}

/** Whether a process of that number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
