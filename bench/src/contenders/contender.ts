import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchDatabase } from '../processes/bench-database.js';
import { BenchProcess, built } from '../processes/bench-process.js';
import { answers, freePort } from '../processes/ports.js';

export type ContenderName = 'countersign' | 'floor' | 'express' | 'better-auth' | 'argon2id' | 'jose';

/** A service that takes part: where it listens, and what it writes to. */
export interface Contender {
  name: ContenderName;
  url: string;
  program: BenchProcess;
  database?: BenchDatabase;
}

export interface Place {
  /** The folder for what processes print. */
  folder: string;
  database?: BenchDatabase;
  env?: Record<string, string>;
}

/** As it runs for people, and the same for every process of it: tokens that one has issued are good at the next. */
const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  MAIL_FROM: 'auth@example.com',
  COUNTERSIGN_KEYS: `bench:${randomBytes(32).toString('base64')}`,
};

/**
 * The product as `npm start` runs it, its logs on, but for the look whether it is built: a source that is changed meanwhile would
 * have it built anew. `env`: variables that differ from the defaults.
 */
export function startCountersign({ folder, database, env = {} }: Place): Promise<Contender> {
  const args = ['--import', pathToFileURL(built('processes/probe.js')).href, 'dist/auth.mjs'];
  const own = { ...PRODUCTION, DATA_DIR: join(folder, 'data'), ...env };
  return start('countersign', args, '/health/live', { folder, database, env: own });
}

/** A program of this folder, by the name that it has in the tables. */
export function startFloor(
  name: Exclude<ContenderName, 'countersign' | 'better-auth'>,
  place: Place,
): Promise<Contender> {
  const programs = { floor: 'floor', express: 'express-floor', argon2id: 'argon2', jose: 'jose' };
  return start(name, [built(`contenders/${programs[name]}.js`)], '/', place);
}

export async function start(
  name: ContenderName,
  args: string[],
  alive: string,
  place: Place,
): Promise<Contender> {
  const { folder, database, env } = place;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = new BenchProcess({
    name,
    args,
    env: { PORT: String(port), ...(database && { DATABASE_URL: database.url }), ...env },
    log: join(folder, `${name}.log`),
  });
  await answers(`${url}${alive}`, program);
  return { name, url, program, database };
}
