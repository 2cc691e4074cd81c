import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, ensureBuilt } from '../support/child.js';
import { until } from '../support/until.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const SHELLS = ['/bin/dash', '/bin/bash', '/usr/bin/busybox'].filter((shell) => existsSync(shell));

describe('the scripts of the package', () => {
  // Programs of this package, npm and git, with words that cmd.exe, PowerShell and sh read alike.
  it.each(Object.entries(scripts))('%s is run by any shell', (_, script) => {
    for (const command of script.split(' && ')) {
      expect(command).toMatch(/^(?:node|npm|git|jest|eslint|prettier|tsc|typeorm)(?: [\w./:@=-]+)*$/);
    }
  });

  it.each(SHELLS)(
    'let a signal to npm reach the service, where %s runs them, and nothing stays behind',
    async (shell) => {
      await ensureBuilt();
      const dataDir = mkdtempSync(join(tmpdir(), 'countersign-npm-'));
      const npm = new Child(['start', `--script-shell=${shell}`], {
        node: 'npm',
        env: { HOME: dataDir, PORT: '0', DATA_DIR: dataDir },
      });
      const [, url = ''] = await npm.says(/is ready: (\S+)/);
      const pidFile = join(dataDir, 'postgres/data/postmaster.pid');
      const postgres = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);

      npm.kill('SIGTERM');
      await npm.exited;
      await until(() => !isAlive(postgres), 'the end of its Postgres');
      await expect(fetch(url)).rejects.toThrow();
      // Ended, and not killed: it has put its lock away.
      expect(existsSync(pidFile)).toBe(false);
      rmSync(dataDir, { recursive: true, force: true });
    },
    120_000,
  );
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
