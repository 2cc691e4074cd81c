import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Calls } from './calls.js';
import type { Kept, Usage } from './probe.js';

/** The repository, seen from `dist/bench/src/processes`. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
/** A built program or preload of the bench. */
export const built = (path: string) => join(ROOT, 'dist', 'bench', 'src', path);

export interface ProcessOptions {
  /** What it is called in messages. */
  name: string;
  args: string[];
  /** All that it gets beside PATH. */
  env?: Record<string, string>;
  /** The file that takes what it prints: a pipe would make this process read it while it measures. */
  log: string;
}

/** A process of Node that the bench started, asked by calls what it has used. */
export class BenchProcess {
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly calls: Calls;
  private readonly log: string;
  private readonly exited: Promise<void>;

  constructor({ name, args, env, log }: ProcessOptions) {
    this.name = name;
    this.log = log;
    const output = openSync(log, 'w');
    this.child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['ignore', output, output, 'ipc'],
      serialization: 'advanced',
    });
    closeSync(output);
    this.calls = new Calls(this.child);
    this.exited = new Promise((resolve) => this.child.once('exit', () => resolve()));
    living.add(this.child);
    void this.exited.then(() => living.delete(this.child));
  }

  call<Value>(name: string, argument?: unknown): Promise<Value> {
    return this.calls.call(name, argument);
  }

  /** CPU since its start, and memory now; of processes that have the probe. */
  usage(): Promise<Usage> {
    return this.call('usage');
  }

  /** Memory without garbage; of processes that have the probe. */
  kept(): Promise<Kept> {
    return this.call('kept');
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The end of what it printed, for a message. */
  get lastWords(): string {
    return readFileSync(this.log, 'utf8').slice(-2000);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(patience);
  }
}

const living = new Set<ChildProcess>();
// A run that is broken off leaves nothing behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
