import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchRequest } from '../load/load.js';
import type { Operation } from '../operations/operation.js';
import { built, ROOT } from '../processes/bench-process.js';
import type { BenchPostgres } from '../processes/postgres.js';
import { start, type Contender } from './contender.js';

const PEERS = join(ROOT, 'bench', 'peers');

/**
 * better-auth on a database of the same Postgres, its mails thrown away. It has a protocol of its own, so its requests are others;
 * they do what the operation is called.
 */
export async function startBetterAuth(
  postgres: BenchPostgres,
  operation: Operation,
  { folder, count }: { folder: string; count: number },
): Promise<{ contender: Contender; requests: BenchRequest[] }> {
  installPeers();
  const database = await postgres.create('better_auth');
  const args = ['--import', pathToFileURL(built('processes/probe.js')).href, join(PEERS, 'better-auth.mjs')];
  const contender = await start('better-auth', args, '/api/auth/ok', {
    folder,
    database,
    env: { NODE_ENV: 'production' },
  });
  const requests = await contender.program.call<BenchRequest[]>('prepare', {
    operation: operation.name,
    count,
  });
  await database.save();
  return { contender, requests };
}

/** What is compared with is no dependency of the product: it is installed when it is needed first. */
function installPeers(): void {
  if (existsSync(join(PEERS, 'node_modules', 'better-auth'))) return;
  process.stderr.write('\nInstalling what the product is compared with, into bench/peers …\n');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: PEERS, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error('bench/peers could not be installed: run npm ci in it, and see what it says.');
}
