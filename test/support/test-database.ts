import { randomBytes } from 'node:crypto';
import { migrate } from '@app/database';
import { Client } from 'pg';
import { dataSourceOptions } from '../../ormconfig.js';

/** A database of one test file, migrated and empty. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A copy of the run's template database, which the first caller of the run makes. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = `${given('COUNTERSIGN_TEST_RUN')}_template`;
  const name = newName();
  await onServer(async (server) => {
    await ensureTemplate(server, template);
    // Files that are copied take a tenth of the time of pages that are logged one by one.
    await server.query(`CREATE DATABASE "${name}" TEMPLATE "${template}" STRATEGY FILE_COPY`);
  });
  return testDatabase(name);
}

/** One that no migration has seen. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = newName();
  await onServer((server) => server.query(`CREATE DATABASE "${name}"`));
  return testDatabase(name);
}

function newName(): string {
  return `${given('COUNTERSIGN_TEST_RUN')}_${randomBytes(6).toString('hex')}`;
}

function testDatabase(name: string): TestDatabase {
  return {
    url: urlOf(name),
    drop: () => onServer((server) => server.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)),
  };
}

/** Test files run in processes of their own: a lock lets one of them migrate, a rename says that it has. */
async function ensureTemplate(server: Client, template: string): Promise<void> {
  await server.query(`SELECT pg_advisory_lock(hashtext($1))`, [template]);
  const { rowCount } = await server.query(`SELECT FROM pg_database WHERE datname = $1`, [template]);
  if (!rowCount) {
    const draft = `${template}_draft`;
    await server.query(`DROP DATABASE IF EXISTS "${draft}"`);
    await server.query(`CREATE DATABASE "${draft}"`);
    await migrate(dataSourceOptions(urlOf(draft)));
    await server.query(`ALTER DATABASE "${draft}" RENAME TO "${template}"`);
  }
  await server.query(`SELECT pg_advisory_unlock(hashtext($1))`, [template]);
}

async function onServer(work: (server: Client) => Promise<unknown>): Promise<void> {
  const server = new Client({ connectionString: given('COUNTERSIGN_TEST_SERVER') });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(given('COUNTERSIGN_TEST_SERVER'));
  url.pathname = database;
  return url.href;
}

function given(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is set by global-setup.ts: run the tests with Jest.`);
  return value;
}
