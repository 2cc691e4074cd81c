import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const JEST = join(import.meta.dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');

/** Runs Jest with these arguments and variables, and ends this process where it fails. */
export function jest(args, variables) {
  const env = { ...process.env, ...variables };
  const { status } = spawnSync(process.execPath, [JEST, ...args], { stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}
