import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../../support/child.js';

const STARTS = 30;

/** One process of the service, which a supervisor starts again whenever it ends. */
export class Replica {
  url = '';
  /** Whether the load balancer sends it requests. */
  taken = false;
  private child: Child | undefined;

  constructor(
    readonly number: number,
    private readonly environment: () => Record<string, string>,
  ) {}

  async start(): Promise<void> {
    for (let starts = 1; ; starts += 1) {
      const child = new Child(['dist/auth.mjs'], {
        env: this.environment(),
      });
      this.child = child;
      const ready = await child.says(/Countersign is ready: (http:\S+)/).catch((error: Error) => error);
      if (!(ready instanceof Error)) {
        this.url = String(ready[1]);
        this.taken = true;
        return;
      }
      if (starts === STARTS) throw ready;
      await pause(300);
    }
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.child?.exited;
    this.taken = false;
  }

  /** As an operator restarts it: the load balancer lets go of it first, and what is in flight is answered. */
  async end(): Promise<void> {
    this.taken = false;
    this.signal('SIGTERM');
    await this.child?.exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** What it said of itself since it was last started. */
  get log(): string {
    return `${this.child?.stdout ?? ''}${this.child?.stderr ?? ''}`;
  }
}
