import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'dist', '.built-from');
const lock = join(root, 'node_modules', '.countersign-build');
const LOCK_LIFE_MS = 300_000;

const FILES = [
  'scripts/bundle.mjs',
  'ormconfig.ts',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];
// The attacks and the benchmarks run on what was built, as people run it.
const FOLDERS = ['apps', 'libs', 'test/attack', 'bench/src'];

/**
 * Makes `dist` be built from the sources as they are now. Says what it does on standard error alone, and ends the
 * process when that cannot be done.
 */
export async function ensureBuilt() {
  if (isBuilt()) return;
  try {
    await whileAlone(async () => isBuilt() || (await build()));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesDigest();
}

/** Of contents and not of dates: a checkout, a copy and an image change those at will. */
function sourcesDigest() {
  const hash = createHash('sha256');
  for (const file of [...FILES, ...FOLDERS.flatMap(sourcesIn)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

async function build() {
  const cli = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  if (!existsSync(cli)) throw new Error('The build tools are not installed: run npm ci first.');
  process.stderr.write('Building …\n');
  const digest = sourcesDigest();
  const { status } = spawnSync(process.execPath, [cli, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The build failed.');
  // Loaded here: where dist is built already, the bundler need not be installed.
  const { bundle } = await import('./bundle.mjs');
  await bundle();
  writeFileSync(stamp, digest);
}

/** Two replicas, or two test files, that start together: the second waits, and finds it done. */
async function whileAlone(work) {
  while (!takeLock()) await sleep(100);
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A link appears with its content: nobody sees a lock without its owner's number. */
function takeLock() {
  const own = `${lock}-${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned()) rmSync(lock, { force: true });
    return false;
  } finally {
    rmSync(own);
  }
}

function isAbandoned() {
  try {
    if (Date.now() - statSync(lock).mtimeMs > LOCK_LIFE_MS) return true;
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

if (process.argv[1] === import.meta.filename) await ensureBuilt();
