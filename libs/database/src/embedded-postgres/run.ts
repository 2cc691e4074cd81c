import { execFile } from 'node:child_process';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { ServerUser } from './server-user.ts';

// Nothing of our own environment: it holds secrets, and Postgres's programs obey variables such as PGPORT.
export const cleanEnvironment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

/** Runs a program to its end, as `user` in `cwd`. Fails with its last line. */
export function run(program: string, args: string[], cwd: string, user?: ServerUser): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env: cleanEnvironment, ...user }, (error, _stdout, stderr) => {
      if (error) reject(cannotRun(lastLine(stderr) || error.message, error));
      else resolve();
    });
  });
}

/** The failure that ends in the only other way to go. */
export function cannotRun(reason: string, cause?: unknown): EmbeddedPostgresError {
  const sentence = `The embedded Postgres cannot run here (${reason}): set DATABASE_URL to a Postgres of your own.`;
  return new EmbeddedPostgresError(sentence, { cause });
}

/** What a program said last about its failure: its FATAL line where there is one. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const wanted = lines.filter((line) => /(FATAL|PANIC|error):/.test(line));
  const line = wanted.at(-1) ?? lines.filter(Boolean).at(-1) ?? '';
  return line.replace(/^.*?(?:FATAL|PANIC|error):\s*/, '');
}
