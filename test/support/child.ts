import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Builds `dist` when it is not of these sources, which takes seconds: the real ES modules, as people run them. */
export async function ensureBuilt(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts', 'ensure-built.mjs')]);
}

/** A process of Node, with what it said. */
export class Child {
  private static readonly all = new Set<Child>();

  stdout = '';
  stderr = '';
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  private readonly process: ChildProcess;
  private readonly listeners = new Set<() => void>();

  /** `env` is all that it gets beside PATH: nothing of the tests' own. */
  constructor(
    args: string[],
    options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> & { node?: string } = {},
  ) {
    const { node = process.execPath, ...rest } = options;
    const env = { PATH: process.env['PATH'], ...options.env };
    this.process = spawn(node, args, { cwd: ROOT, ...rest, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout?.on('data', (chunk: Buffer) => this.heard({ stdout: String(chunk) }));
    this.process.stderr?.on('data', (chunk: Buffer) => this.heard({ stderr: String(chunk) }));
    this.exited = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code, signal) => resolve(code ?? signal));
    });
    Child.all.add(this);
  }

  /** Ends what the tests of a file have left running. */
  static async endAll(): Promise<void> {
    for (const child of Child.all) child.kill('SIGKILL');
    await Promise.all([...Child.all].map((child) => child.exited));
    Child.all.clear();
  }

  /** Waits until its output matches; fails when it ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (let ended = false; ;) {
      const match = pattern.exec(this.stdout + this.stderr);
      if (match) return match;
      if (ended) throw new Error(`It ended without saying ${String(pattern)}:\n${this.stdout}${this.stderr}`);
      ended = await Promise.race([this.exited.then(() => true), this.next()]);
    }
  }

  /** False: it has ended already. */
  kill(signal: NodeJS.Signals): boolean {
    return this.process.kill(signal);
  }

  private next(): Promise<false> {
    return new Promise((resolve) => this.listeners.add(() => resolve(false)));
  }

  private heard({ stdout = '', stderr = '' }): void {
    this.stdout += stdout;
    this.stderr += stderr;
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }
}
