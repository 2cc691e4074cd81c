import { spawn, type SpawnOptions } from 'node:child_process';
import type { Socket } from 'node:net';
import { cleanEnvironment } from './run.ts';
import type { ServerUser } from './server-user.ts';

/** A program that ends when we do. */
export interface GuardedProcess {
  readonly ended: boolean;
  /** The last of what it wrote to its standard error. */
  readonly output: string;
  onEnd(listener: () => void): void;
  /** Ends it as SIGINT does and waits until it has. */
  stop(): Promise<void>;
}

/**
 * The shell holds the read end of a pipe of which only we hold the other. When we end, `kill -9` included, it reads
 * the end of file and interrupts the program, for which Postgres's word is "fast shutdown".
 */
const GUARD = `
exec 3<&0
"$@" 3<&- & program=$!
{ read -r _ <&3; kill -INT $program; } 2>/dev/null & guard=$!
wait $program; status=$?
kill $guard 2>/dev/null
exit $status`;

/** Starts `command` in `cwd`, as `user` where given. Does not keep our own process alive. */
export function spawnGuarded(command: string[], cwd: string, user?: ServerUser): GuardedProcess {
  // Detached: Ctrl-C at the terminal reaches us alone, and we end it when the requests in flight are answered.
  const options: SpawnOptions = {
    cwd,
    env: cleanEnvironment,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...user,
  };
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', ...command], options);
  let ended = false;
  let output = '';
  const end = new Promise<void>((resolve) => {
    const finish = (problem = '') => {
      ended = true;
      output += problem;
      resolve();
    };
    child.once('close', () => finish());
    child.once('error', (error) => finish(error.message));
  });
  const stdin = child.stdin as Socket;
  stdin.on('error', () => undefined);
  child.stderr?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4096)));
  for (const handle of [child, stdin, child.stderr as Socket]) handle.unref();
  return {
    get ended() {
      return ended;
    },
    get output() {
      return output;
    },
    onEnd: (listener) => void end.then(listener),
    async stop() {
      child.ref();
      stdin.end();
      await end;
    },
  };
}
