import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Child, ROOT } from '../child.js';
import { readStages, type Stage, type Step } from './dockerfile.js';

/** Installs what is installed here already: it is the same lock file. */
const FULL_INSTALL = 'npm ci --ignore-scripts';

/**
 * What the Dockerfile makes, without an engine: its stages are stepped through in folders of this machine, and its command runs as its
 * user, with every file system read-only but a temp folder. What this cannot show is the base image.
 */
export class SteppedImage {
  private readonly folder = mkdtempSync(join(tmpdir(), 'countersign-image-'));
  private readonly stages = readStages();
  private readonly last = this.stages.at(-1) as Stage;
  readonly healthcheck = this.last.healthcheck;
  readonly command = this.last.command;
  readonly user = this.last.user;
  /** What has been fetched once is not asked for again. */
  private readonly shell = {
    ...process.env,
    npm_config_prefer_offline: 'true',
    npm_config_loglevel: 'error',
  };
  /** Where it may write: gone with the process, as a tmpfs of a container. */
  readonly temp = join(this.folder, 'tmp');

  build(): void {
    mkdirSync(this.temp);
    for (const stage of this.stages) {
      mkdirSync(this.folderOf(stage));
      for (const step of stage.steps) this.take(step, stage);
    }
    execFileSync('chmod', ['-R', 'a+rX,go-w', this.folder]);
  }

  /** Starts a program in it, with its variables and these. */
  start([program, ...args]: string[], environment: Record<string, string> = {}): Child {
    const shell = [
      `mount -t tmpfs -o mode=1777 tmpfs '${this.temp}'`,
      // Each mount by itself: a remount does not reach into those below.
      `for each in $(awk '$2 !~ "^/(proc|sys|dev)" { print $2 }' /proc/mounts); do [ "$each" = '${this.temp}' ] || mount -o remount,bind,ro "$each" || exit 70; done`,
      `exec setpriv --reuid=${this.user.split(':')[0]} --regid=${this.user.split(':')[1]} --clear-groups --no-new-privs --bounding-set=-all -- "$@"`,
    ].join(' && ');
    const command = program === 'node' ? process.execPath : program;
    return new Child(
      ['--mount', '--propagation', 'private', 'sh', '-ec', shell, 'sh', command ?? '', ...args],
      {
        node: 'unshare',
        cwd: this.folderOf(this.last),
        env: { ...this.last.environment, TMPDIR: this.temp, ...environment },
      },
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private take(step: Step, stage: Stage): void {
    const cwd = this.folderOf(stage);
    if ('copy' in step) this.copy(step, cwd);
    else if (step.run === FULL_INSTALL) symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'));
    else
      execFileSync('sh', ['-ec', step.run], { cwd, env: this.shell, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  private copy({ copy, to, from }: Exclude<Step, { run: string }>, cwd: string): void {
    const source = this.stages.find(({ name }) => name !== undefined && name === from);
    const root = source ? this.folderOf(source) : ROOT;
    for (const file of copy) {
      const path = join(root, file.replace(/^\/app\//, ''));
      cpSync(path, to.endsWith('/') ? join(cwd, to, basename(path)) : join(cwd, to), { recursive: true });
    }
  }

  private folderOf(stage: Stage): string {
    return join(this.folder, String(this.stages.indexOf(stage)));
  }
}
