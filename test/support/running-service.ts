import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, ROOT } from './child.js';

/** The service as `npm start` runs it: built, on its embedded Postgres in a folder of its own, with its mailbox. */
export class RunningService {
  private constructor(
    readonly url: string,
    /** What another process needs to find the same service. */
    readonly environment: Record<string, string>,
    private readonly child: Child,
  ) {}

  /** `changes`: variables that differ from these. */
  static async start(changes: Record<string, string> = {}): Promise<RunningService> {
    const environment: Record<string, string> = {
      DATA_DIR: mkdtempSync(join(tmpdir(), 'countersign-running-')),
      HOME: process.env['HOME'] ?? '/',
      NODE_ENV: 'development',
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...changes,
    };
    const child = new Child(['scripts/start.mjs'], { env: environment });
    const [, url] = await child.says(/Countersign is ready: (http:\S+)/);
    return new RunningService(url as string, environment, child);
  }

  /** As a crash would end it. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.child.exited;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.child.exited;
    rmSync(this.environment['DATA_DIR'] as string, { recursive: true, force: true });
  }
}

/** What `account create` on the command line does: an account with a mailed second factor. */
export function createAccount({ environment }: RunningService, email: string): void {
  const command = [
    'scripts/cli.mjs',
    'account',
    'create',
    '--email',
    email,
    '--second-factor',
    'email',
    '--password-stdin',
  ];
  const env = { PATH: process.env['PATH'], ...environment };
  const { status, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    env,
    input: 'correct horse battery\n',
  });
  if (status !== 0) throw new Error(String(stderr));
}
