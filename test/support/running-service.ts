import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.js';

/** The service as `npm start` runs it: built, on its embedded Postgres in a folder of its own, with its mailbox. */
export class RunningService {
  private constructor(
    readonly url: string,
    /** What another process needs to find the same service. */
    readonly environment: Record<string, string>,
    private readonly child: Child,
  ) {}

  static async start(): Promise<RunningService> {
    const environment = {
      DATA_DIR: mkdtempSync(join(tmpdir(), 'countersign-running-')),
      HOME: process.env['HOME'] ?? '/',
      NODE_ENV: 'development',
      PORT: '0',
      LOG_LEVEL: 'warn',
    };
    const child = new Child(['scripts/start.mjs'], { env: environment });
    const [, url] = await child.says(/Countersign is ready: (http:\S+)/);
    return new RunningService(url as string, environment, child);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.child.exited;
    rmSync(this.environment['DATA_DIR'] as string, { recursive: true, force: true });
  }
}
