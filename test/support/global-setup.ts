import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../libs/database/src/embedded-postgres/embedded-postgres.ts';
import { isAlive } from '../../libs/database/src/embedded-postgres/whole-folder.ts';

/** One server for the whole run, and what `global-teardown.ts` ends. */
export interface TestServer {
  postgres: EmbeddedPostgres;
  folder: string;
}

const PREFIX = 'countersign-test-';

// Nothing here survives a power cut, and nothing has to. Each statement is planned once a connection, as it is in service from its
// sixth time on: most tests run it once or twice, and would plan it each time.
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  plan_cache_mode: 'force_generic_plan',
};

/**
 * Starts a Postgres of our own in a temporary folder, unless `TEST_DATABASE_URL` names one whose user may create
 * databases. It ends with this process, `kill -9` included.
 */
export default async function setUp(): Promise<void> {
  process.env['COUNTERSIGN_TEST_RUN'] = `countersign_test_${randomBytes(4).toString('hex')}`;
  process.env['COUNTERSIGN_TEST_SERVER'] = process.env['TEST_DATABASE_URL'] || (await startServer());
}

async function startServer(): Promise<string> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, settings });
  (globalThis as { testServer?: TestServer }).testServer = { postgres, folder };
  return postgres.url;
}

/** Removes the folders of runs that were killed. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!name.startsWith(PREFIX) || isAlive(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}
